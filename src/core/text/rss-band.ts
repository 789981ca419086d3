/** What the bands of RSS are called, and what each holds (src/core/metrics/rss-accounting.ts). */
export const rssBandText = {
  en: {
    file: {
      title: 'Files',
      help: 'Pages of mapped files in RAM: the program, libraries, mmap. Rss − Anonymous − shmem. The kernel can drop them.',
    },
    shmem: {
      title: 'Shared memory',
      help: 'tmpfs, memfd, System V and shared anonymous memory. RssShmem of status, read a moment apart.',
    },
    heapInuse: {
      title: 'Go heap in use',
      help: 'HeapInuse: spans with at least one object. What a heap profile explains, and the garbage of this cycle.',
    },
    stacks: { title: 'Go stacks', help: 'StackInuse: stacks of goroutines.' },
    runtime: {
      title: 'Go runtime',
      help: 'Sys − HeapSys − StackInuse: tables of spans, of the collector and of profiles, stacks of threads.',
    },
    heapIdle: {
      title: 'Heap idle, kept',
      help: 'HeapIdle − HeapReleased: free heap that the Go runtime has not given back yet.',
    },
    lazyFree: {
      title: 'LazyFree',
      help: 'Given back with MADV_FREE: stays in RSS until the kernel needs the memory. Of the same reading as RSS.',
    },
    other: {
      title: 'Not Go’s',
      help: 'What is left of anonymous memory: cgo, mmap, other allocators, static data, what huge pages keep.',
    },
    otherAnonymous: {
      title: 'Other anonymous',
      help: 'Anonymous memory without LazyFree: heaps and stacks. Go’s own numbers are not there to split it.',
    },
    notTold: { title: 'Not told apart', help: 'RSS that this kernel does not split.' },
  },
  'zh-CN': {
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
} as const
