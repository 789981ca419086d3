/** Sentences of the events that samplers emit. */
export const samplingText = {
  en: {
    event: {
      processGone: 'Process {pid} ({comm}) ended',
      gc: 'Garbage collection ({count} since the last mark)',
      longRead: 'Reading the memory map of process {pid} took {costMs}; its mmap calls waited meanwhile',
      endpoint: {
        ok: 'Go numbers come from {url}',
        none: 'No Go endpoint was found in process {pid}',
        stopped: 'Go numbers stopped: {url} takes {costMs} an answer',
        error: 'Go endpoint {url} gave no usable answer',
      },
    },
  },
  'zh-CN': {
    event: {
      processGone: '进程 {pid}（{comm}）已结束',
      gc: '垃圾回收（自上次标记以来 {count} 次）',
      longRead: '读取进程 {pid} 的内存映射用时 {costMs}，其间该进程的 mmap 调用在等待',
      endpoint: {
        ok: 'Go 指标来自 {url}',
        none: '进程 {pid} 中未找到 Go 端点',
        stopped: 'Go 指标已停止采集：{url} 每次应答需 {costMs}',
        error: 'Go 端点 {url} 未给出可用的应答',
      },
    },
  },
} as const
