/** Sentences of fetching heap profiles from a service. Parameters arrive formatted. */
export const profileFetchText = {
  en: {
    noEndpoint:
      'No Go endpoint of this process is known. Enter the address of its pprof, such as …/debug/pprof/.',
    noPprof:
      'There is no pprof at {url}. The service has to serve net/http/pprof; its address can be entered.',
    notProfile: 'The answer is not a pprof profile.',
    linkLost: 'The link to the host was lost before the profile was complete.',
    tooDear:
      'A profile took {costMs}: too much at this interval. One every {minutes} min or more stays within 1 % of the time.',
    notKept: 'This profile is not kept any more.',
    fileTooLarge: 'The file is larger than {limitBytes}.',
  },
  'zh-CN': {
    noEndpoint: '尚不知道此进程的 Go 端点。请输入其 pprof 地址，例如 …/debug/pprof/。',
    noPprof: '{url} 处没有 pprof。服务需要启用 net/http/pprof；也可以输入其地址。',
    notProfile: '应答不是 pprof profile。',
    linkLost: 'profile 尚未完整，与主机的连接就断开了。',
    tooDear:
      '一次 profile 用时 {costMs}，对此间隔而言开销过大。间隔 {minutes} 分钟或更长可保持在 1 % 的时间以内。',
    notKept: '此 profile 已不再保留。',
    fileTooLarge: '文件超过 {limitBytes}。',
  },
} as const

/** For the Events tab, under `event.profile.*`. */
export const profileEventText = {
  en: {
    fetched: 'Heap profile of process {pid} fetched: {sizeBytes} in {costMs}',
    every: 'A heap profile of process {pid} is fetched every {minutes} min',
    failed: 'A heap profile of process {pid} could not be fetched; it is tried again at the next time',
    stopped: 'Heap profiles of process {pid} are no longer fetched: one took too long',
  },
  'zh-CN': {
    fetched: '已获取进程 {pid} 的堆 profile：{sizeBytes}，用时 {costMs}',
    every: '每 {minutes} 分钟获取一次进程 {pid} 的堆 profile',
    failed: '未能获取进程 {pid} 的堆 profile，到下一个时刻再试',
    stopped: '不再定时获取进程 {pid} 的堆 profile：一次用时过长',
  },
} as const
