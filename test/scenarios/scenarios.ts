import type { FindingId } from '#core/verdict/verdict'
import type { ScenarioProgram } from '../support/go-scenarios'

/** One behaviour of memory that a verdict must tell from all others. */
export interface Scenario extends ScenarioProgram {
  name: string
  /** The memory cgroup that it runs in; there is room to spare unless the limit is the point. */
  limitMiB: number
  finding: FindingId
}

const limitMiB = 400

/** Every program of e2e/hosts/go, as a person would meet it. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'madvfree',
    program: 'madvfree',
    environment: { GODEBUG: 'madvdontneed=0' },
    limitMiB,
    finding: 'madvFree',
  },
  {
    name: 'madvfree-busy',
    program: 'madvfree',
    args: ['-mib-per-second', '8'],
    environment: { GODEBUG: 'madvdontneed=0' },
    limitMiB,
    finding: 'madvFree',
  },
  { name: 'leak', program: 'leak', limitMiB, finding: 'heapGrowth' },
  { name: 'goroutine-leak', program: 'goroutine-leak', limitMiB, finding: 'goroutineStacks' },
  { name: 'cgo-growth', program: 'cgo-growth', build: 'cgo', limitMiB, finding: 'notGo' },
  { name: 'mmap-growth', program: 'mmap-growth', limitMiB, finding: 'notGo' },
  {
    name: 'page-cache',
    program: 'page-cache',
    args: ['-dir', 'node_modules/.cache'],
    limitMiB,
    finding: 'fileMapped',
  },
  { name: 'shmem', program: 'shmem', limitMiB, finding: 'shmem' },
  { name: 'thp', program: 'thp', limitMiB, finding: 'thp' },
  { name: 'scavenger-lag', program: 'scavenger-lag', limitMiB, finding: 'scavengerLag' },
  { name: 'race', program: 'race', build: 'race', limitMiB, finding: 'raceBuild' },
  {
    name: 'near-limit',
    program: 'near-limit',
    args: ['-keep-mib', '94'],
    limitMiB: 107,
    finding: 'nearLimit',
  },
  {
    name: 'near-gomemlimit',
    program: 'near-limit',
    args: ['-keep-mib', '90'],
    environment: { GOMEMLIMIT: '104MiB' },
    limitMiB,
    finding: 'nearLimit',
  },
  { name: 'healthy', program: 'healthy', limitMiB, finding: 'nothingUnusual' },
  {
    name: 'sawtooth',
    program: 'sawtooth',
    environment: { GOGC: '300' },
    limitMiB,
    finding: 'nothingUnusual',
  },
  {
    name: 'long-tooth',
    program: 'sawtooth',
    args: ['-mib-per-second', '2'],
    environment: { GOGC: '700' },
    limitMiB,
    finding: 'nothingUnusual',
  },
  {
    name: 'warming-cache',
    program: 'warming-cache',
    environment: { GOGC: '50' },
    limitMiB,
    finding: 'nothingUnusual',
  },
]
