export const messages = {
  title: 'Where RSS goes',
  overTime: 'Over time',
  chart: 'The bands of RSS over time, on top of each other',
  bar: 'RSS {rss}: {bands}',
  ofWalk: 'of one reading of smaps_rollup',
  ofStatus: 'of one reading of status; LazyFree is not known',
  readAgo: '{age} ago',
  source: 'Source: {source}',
  share: '{percent} of RSS',
  partOf: 'Its pages are in “{other}”.',
  tooOld: 'Go’s numbers are too old to be set against RSS',
  goApart: 'Go’s numbers were read {age} before or after RSS.',
  over: 'The parts are {bytes} more than RSS. Go counts address space in use, the kernel pages in RAM: some of it was never touched, or was swapped out ({swap}), or the two were read at different times.',
  thp: '{bytes} are in huge pages: a huge page stays in RAM as a whole, also where Go gave a part of it back.',
  command: {
    fold: 'Where RSS goes: show or hide',
    chart: 'Where RSS goes: over time',
  },
  band: {
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
}
