export const messages = {
  title: 'RSS 的构成',
  overTime: '随时间变化',
  chart: 'RSS 各部分随时间的堆叠图',
  bar: 'RSS {rss}：{bands}',
  ofWalk: '取自同一次 smaps_rollup 读取',
  ofStatus: '取自同一次 status 读取；LazyFree 未知',
  readAgo: '{age}前',
  source: '来源：{source}',
  share: '占 RSS 的 {percent}',
  partOf: '其页计入“{other}”。',
  tooOld: 'Go 的数据过旧，无法与 RSS 对照',
  goApart: 'Go 的数据与 RSS 的读取时间相差 {age}。',
  over: '各部分之和比 RSS 多 {bytes}。Go 统计在用的地址空间，内核统计内存中的页：其中一部分从未触碰、已换出（{swap}），或两者读取时刻不同。',
  thp: '{bytes} 位于大页中：即使 Go 归还了其中一部分，大页也整体留在内存里。',
  command: { fold: 'RSS 的构成：显示或隐藏', chart: 'RSS 的构成：随时间变化' },
  band: {
    file: {
      title: '文件',
      help: '内存中的映射文件页：程序、库、mmap。Rss − Anonymous − shmem。内核可以丢弃。',
    },
    shmem: {
      title: '共享内存',
      help: 'tmpfs、memfd、System V 与共享匿名内存。取自 status 的 RssShmem，读取时刻略有不同。',
    },
    heapInuse: {
      title: 'Go 在用堆',
      help: 'HeapInuse：至少含一个对象的 span。即堆 profile 能解释的部分，加上本轮的垃圾。',
    },
    stacks: { title: 'Go 栈', help: 'StackInuse：goroutine 的栈。' },
    runtime: {
      title: 'Go 运行时',
      help: 'Sys − HeapSys − StackInuse：span、垃圾回收与 profile 的表，以及线程栈。',
    },
    heapIdle: { title: '保留的空闲堆', help: 'HeapIdle − HeapReleased：Go 运行时尚未归还的空闲堆。' },
    lazyFree: {
      title: 'LazyFree',
      help: '以 MADV_FREE 归还：在内核需要内存之前一直留在 RSS 中。与 RSS 取自同一次读取。',
    },
    other: {
      title: '非 Go 内存',
      help: '匿名内存的其余部分：cgo、mmap、其他分配器、静态数据、大页保留的部分。',
    },
    otherAnonymous: {
      title: '其他匿名内存',
      help: '不含 LazyFree 的匿名内存：堆与栈。没有 Go 自己的数据，无法进一步划分。',
    },
    notTold: { title: '未区分', help: '此内核不划分的 RSS。' },
  },
}
