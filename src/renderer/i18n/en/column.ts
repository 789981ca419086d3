export const messages = {
  pid: { title: 'PID', help: 'Process id.' },
  command: {
    title: 'Command',
    help: 'Name of the process, then its arguments. Kernel threads are in brackets.',
  },
  user: { title: 'User', help: 'Effective user.' },
  state: {
    title: 'State',
    help: 'R running, S sleeping, D waiting for a device, Z zombie, T stopped, I idle kernel thread.',
  },
  goVersion: { title: 'Go', help: 'Version of Go that the program was built with. Empty: not a Go program.' },
  virtBytes: { title: 'VIRT', help: 'Address space that is reserved. Says nothing about memory in use.' },
  rssBytes: {
    title: 'RES',
    help: 'Resident set: pages in memory. LazyFree pages count until the kernel takes them.',
  },
  memPercent: { title: '% MEM', help: 'RES as a share of the host’s memory.' },
  cpuPercent: { title: '% CPU', help: 'Processor time since the last poll; 100 is one whole core.' },
  threads: { title: 'Threads', help: 'Number of threads.' },
  minorFaultsPerSecond: { title: 'Minor/s', help: 'Page faults a second that needed no reading from disk.' },
  majorFaultsPerSecond: { title: 'Major/s', help: 'Page faults a second that had to read from disk.' },
  rssAnonBytes: { title: 'Anon', help: 'Part of RES that belongs to no file: heap and stacks.' },
  rssFileBytes: { title: 'File', help: 'Part of RES that is mapped from files: programs and libraries.' },
  rssShmemBytes: { title: 'Shmem', help: 'Part of RES that is shared memory or tmpfs.' },
  swapBytes: { title: 'Swap', help: 'Pages of the process that were moved to swap.' },
  vmHwmBytes: { title: 'Peak', help: 'The largest RES so far (VmHWM).' },
  pssBytes: { title: 'PSS', help: 'RES in which shared pages are divided among those who share them.' },
  ussBytes: { title: 'USS', help: 'Pages that no other process shares: what would come free if it ended.' },
  lazyFreeBytes: {
    title: 'LazyFree',
    help: 'Pages given back by MADV_FREE: in RES until the kernel needs them.',
  },
  rssLessLazyFreeBytes: {
    title: 'RES − LazyFree',
    help: 'What stays when the kernel has taken all LazyFree pages. Both from one read.',
  },
  anonHugePagesBytes: { title: 'THP', help: 'Anonymous memory in transparent huge pages.' },
  oomScore: {
    title: 'OOM',
    help: 'How early the kernel would kill the process when out of memory; 0 to 2000.',
  },
  cgroupCurrentBytes: { title: 'Cg used', help: 'Memory that its cgroup uses, page cache included.' },
  cgroupLimitBytes: { title: 'Cg limit', help: 'Lowest memory limit of its cgroup and those above it.' },
  cgroupInactiveFileBytes: {
    title: 'Cg inactive',
    help: 'Inactive file list of its cgroup: page cache, and LazyFree too.',
  },
}
