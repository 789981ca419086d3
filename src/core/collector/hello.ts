import type { HostFacts, KernelMemory } from '../metrics/samples'

/** What assets/collector.sh says of its host before the first request. */
export interface CollectorHello {
  host: HostFacts
  user: string | null
  awk: 'mawk' | 'gawk' | 'busybox' | 'other' | null
  /** Path of the shell that runs the collector. */
  shell: string | null
  /** `sudo -n true` works; null: already root, or not tried. */
  canSudo: boolean | null
  /** The hidepid option of /proc as it stands there: `2`, `invisible`; null: none. */
  hidepid: string | null
  isContainer: boolean
  tools: Record<CollectorTool, boolean>
  /** /proc/pressure/memory can be read. */
  pressure: boolean
  smapsRollup: boolean
}

export const collectorTools = [
  'dd',
  'timeout',
  'od',
  'stat',
  'readlink',
  'bash',
  'curl',
  'wget',
  'nc',
  'sudo',
] as const
export type CollectorTool = (typeof collectorTools)[number]

const maxTextLength = 256

/** Facts from `KEY=VALUE` items; what is missing or no sensible value is null or the usual one. Never throws. */
export function parseHello(items: readonly string[]): CollectorHello {
  const facts = new Map<string, string>()
  const tools = new Set<string>()
  for (const item of items) {
    const at = item.indexOf('=')
    const [key, value] = [item.slice(0, at), item.slice(at + 1, at + 1 + maxTextLength)]
    if (key === 'has') tools.add(value)
    else if (at > 0 && !facts.has(key)) facts.set(key, value)
  }
  const text = (key: string): string | null => facts.get(key) || null
  const number = (key: string, min: number, max: number): number | null => {
    const value = facts.get(key) ?? ''
    return /^[0-9]{1,10}$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : null
  }
  const sudo = facts.get('sudo')
  return {
    host: {
      hostname: text('hostname'),
      kernelRelease: text('release'),
      os: toOs(text('os')),
      arch: toArch(text('arch')),
      bootId: text('boot'),
      pageSizeBytes: number('page', 512, 1 << 24) ?? number('smapspage', 512, 1 << 24) ?? 4096,
      clockTicksPerSecond: number('ticks', 1, 1_000_000) ?? 100,
      cpuCount: number('cpus', 1, 1_000_000),
      thpEnabled: /\[(\w+)\]/.exec(text('thp') ?? '')?.[1] ?? null,
      thpDefrag: /\[([\w+]+)\]/.exec(text('thpdefrag') ?? '')?.[1] ?? null,
      kernelMemory: toKernelMemory(facts, number('swap', 0, 9_999_999_999)),
      cgroupVersion: toCgroupVersion(text('cgroup')),
      uid: number('uid', 0, 0xffffffff),
    },
    user: text('user'),
    awk: toAwk(text('awk')),
    shell: text('shell'),
    canSudo: sudo === '1' ? true : sudo === '0' ? false : null,
    hidepid: text('hidepid'),
    isContainer: facts.get('container') === '1',
    tools: Object.fromEntries(collectorTools.map((tool) => [tool, tools.has(tool)])) as Record<
      CollectorTool,
      boolean
    >,
    pressure: facts.get('pressure') === '1',
    smapsRollup: facts.get('rollup') === '1',
  }
}

/** Of the kernel's own files as the collector found them; `0` is a file without the name, nothing a file without an answer. */
function toKernelMemory(facts: ReadonlyMap<string, string>, swapKiB: number | null): KernelMemory {
  const has = (key: string): boolean | null => {
    const value = facts.get(key)
    return value === '1' ? true : value === '0' ? false : null
  }
  return {
    madvFreeCounted: has('lazyfreed'),
    lazyFreeReported: has('lazyfree'),
    smapsRollup: facts.get('rollup') === '1',
    pressure: facts.get('pressure') === '1',
    swapTotalBytes: swapKiB === null ? null : swapKiB * 1024,
  }
}

function toOs(name: string | null): HostFacts['os'] {
  if (name === null || name === 'Linux') return 'linux'
  return name === 'Darwin' ? 'darwin' : 'other'
}

/** The name that Node uses for what `uname -m` says. */
function toArch(machine: string | null): string | null {
  const names: Record<string, string> = { x86_64: 'x64', aarch64: 'arm64', i686: 'ia32', i586: 'ia32' }
  return machine !== null && Object.hasOwn(names, machine) ? (names[machine] ?? machine) : machine
}

function toCgroupVersion(text: string | null): 1 | 2 | null {
  if (text === 'v1') return 1
  return text === 'v2' ? 2 : null
}

function toAwk(text: string | null): CollectorHello['awk'] {
  if (text === 'mawk' || text === 'gawk' || text === 'busybox') return text
  return text === null ? null : 'other'
}
