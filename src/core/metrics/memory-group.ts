/** Kinds of mappings, in the order that they are shown in. */
export const memoryGroupIds = [
  'goArena',
  'stack',
  'heap',
  'anonymous',
  'code',
  'file',
  'shmem',
  'special',
] as const

export type MemoryGroupId = (typeof memoryGroupIds)[number]

/** What tells the kind of a mapping. */
export interface GroupedMapping {
  start: bigint
  end: bigint
  /** Bits: 1 read, 2 write, 4 execute, 8 shared. */
  permissions: number
  /** As /proc/PID/maps names it; empty for plain anonymous memory. */
  path: string
  /** Device and inode. */
  file: string
  /** Flag `gd`: a stack of the kernel's own. */
  isGrowingDown: boolean
}

/** What has to be known of all mappings before one can be told. */
export interface MemoryGrouping {
  /** Files of which some part is executable. */
  codeFiles: ReadonlySet<string>
  /** Where Go's heap lies; null: no Go, or not where it usually is. */
  goArena: { from: bigint; to: bigint } | null
}

/**
 * Where a 64-bit Go runtime asks for its heap (runtime/malloc.go, mallocinit): 0x00c0<<32, on arm64 0x0040<<32. It grows on
 * from there without a gap. The first arena begins at exactly that address.
 */
const goHeapStarts = [0xc0_0000_0000n, 0x40_0000_0000n] as const
/** Above it lie programs and libraries: 64 TiB where addresses have 47 bits or more, 0x55<<32 where they have 39 (arm64). */
const wideHeapEnd = 0x4000_0000_0000n
const narrowHeapEnd = 0x55_0000_0000n
const narrowEnd = 1n << 39n
/** pthread_create puts a guard of one page (4 to 64 KiB) under each stack. */
const largestGuard = 65_536n
const smallestStack = 16_384n

/** isGo null: not known; then only the address of its heap tells that it is. */
export function toMemoryGrouping(mappings: readonly GroupedMapping[], isGo: boolean | null): MemoryGrouping {
  const codeFiles = new Set<string>()
  let goStart: bigint | null = null
  for (const mapping of mappings) {
    if ((mapping.permissions & 4) !== 0 && mapping.path.startsWith('/')) codeFiles.add(mapping.file)
    if (goStart === null && mapping.path === '' && goHeapStarts.some((start) => start === mapping.start)) {
      goStart = mapping.start
    }
  }
  const top = mappings.findLast(({ path }) => path !== '[vsyscall]')?.end ?? 0n
  const to = top > narrowEnd ? wideHeapEnd : narrowHeapEnd
  return { codeFiles, goArena: isGo === false || goStart === null ? null : { from: goStart, to } }
}

/**
 * The kind of one mapping. `previous` is the one before it by address. Known by what the kernel writes, but for two:
 * Go's heap is known by its address (or its name, where the runtime gives one), a thread's stack by the guard page under
 * it. Shared memory is known by its name: a file on another tmpfs than /dev/shm counts as a file.
 */
export function toMemoryGroup(
  mapping: GroupedMapping,
  previous: GroupedMapping | null,
  { codeFiles, goArena }: MemoryGrouping,
): MemoryGroupId {
  const { path, start } = mapping
  if (path === '' || path.startsWith('[anon:')) {
    if (path.startsWith('[anon: Go: heap')) return 'goArena'
    if (goArena !== null && path === '' && start >= goArena.from && start < goArena.to) return 'goArena'
    if (mapping.isGrowingDown || path.startsWith('[anon:stack_and_tls')) return 'stack'
    return path === '' && isThreadStack(mapping, previous) ? 'stack' : 'anonymous'
  }
  if (path === '[heap]') return 'heap'
  if (path === '[stack]' || path.startsWith('[stack:')) return 'stack'
  if (path.startsWith('[anon_shmem:') || isSharedMemory(path)) return 'shmem'
  if (path.startsWith('/anon_hugepage')) return 'anonymous'
  if (!path.startsWith('/') || path.startsWith('/dev/')) return 'special'
  return codeFiles.has(mapping.file) ? 'code' : 'file'
}

function isThreadStack(mapping: GroupedMapping, previous: GroupedMapping | null): boolean {
  if (previous === null || previous.end !== mapping.start || previous.path !== '') return false
  const isGuard = (previous.permissions & 7) === 0 && previous.end - previous.start <= largestGuard
  return isGuard && (mapping.permissions & 3) === 3 && mapping.end - mapping.start >= smallestStack
}

/** POSIX and System V shared memory, memfd_create, and shared anonymous memory, which is a deleted /dev/zero. */
function isSharedMemory(path: string): boolean {
  return (
    path.startsWith('/dev/shm/') ||
    path.startsWith('/memfd:') ||
    path.startsWith('/SYSV') ||
    path === '/dev/zero'
  )
}
