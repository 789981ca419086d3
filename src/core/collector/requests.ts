import { AppError } from '../errors'

const maxPathBytes = 4096
const encoder = new TextEncoder()

/** Largest file that a poll keeps for comparing, bytes; a longer one is read once. */
export const maxKeptBytes = 4 * 1024 * 1024

/** Largest number that every awk and every shell can hold. */
const maxNumber = 2_000_000_000

/** A path as it stands at the end of a request line. Throws AppError `invalid` for one that could break the line. */
export function toPathText(path: string): string {
  // eslint-disable-next-line no-control-regex -- these are what must not be in it
  if (!path.startsWith('/') || /[\u0000\n\r]/.test(path)) {
    throw new AppError('invalid', `not a path: ${JSON.stringify(path.slice(0, 200))}`)
  }
  if (encoder.encode(path).length > maxPathBytes) throw new AppError('invalid', 'the path is over 4096 bytes')
  return path
}

function toNumberText(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new AppError('invalid', `not a count: ${value}`)
  return String(Math.min(value, maxNumber))
}

const unkeptNames = new Set(
  'smaps smaps_rollup cmdline environ auxv exe mem pagemap attr root cwd fd map_files'.split(' '),
)

/** Whether a poll may have awk keep this file and send only what changed: text of the kernel, without NUL bytes. */
export function isKeepable(path: string, maxBytes: number): boolean {
  if (maxBytes > maxKeptBytes || !/^\/(proc|sys)\//.test(path)) return false
  // A walk of page tables is asked for its cost too; the others hold NUL bytes or lead elsewhere.
  const [, name = ''] = /^\/proc\/(?:\d+|self|thread-self)\/(?:task\/\d+\/)?([^/]*)/.exec(path) ?? []
  return !unkeptNames.has(name)
}

/** The lines of requests of assets/collector.sh, without their newlines. All throw AppError `invalid`. */
export const requestLines = {
  stats: () => 's',
  define: (id: number, maxBytes: number, mayCut: boolean, path: string) =>
    `d ${id} ${toNumberText(maxBytes)} ${mayCut ? 1 : 0} ${toPathText(path)}`,
  poll: (ids: readonly number[]) => `r ${ids.join(' ')}`,
  forget: (ids: readonly number[]) => `u ${ids.join(' ')}`,
  file: (maxBytes: number, mayCut: boolean, path: string) =>
    `f ${toNumberText(maxBytes)} ${mayCut ? 1 : 0} ${toPathText(path)}`,
  part: (offsetBytes: number, maxBytes: number, path: string) => {
    if (!Number.isSafeInteger(offsetBytes) || offsetBytes < 0) {
      throw new AppError('invalid', `not an offset: ${offsetBytes}`)
    }
    return `x ${offsetBytes} ${toNumberText(maxBytes)} ${toPathText(path)}`
  },
  link: (path: string) => `l ${toPathText(path)}`,
  links: (path: string) => `L ${toPathText(path)}`,
  dir: (path: string) => `D ${toPathText(path)}`,
  identity: (path: string) => `i ${toPathText(path)}`,
  end: (sequence: number) => `e ${sequence}`,
  again: (count: number) => `z ${count}`,
}
