import { AppError } from '#core/errors'
import { createMemoryMapBuilder, mostMappings, type MemoryMap } from '#core/metrics/memory-map'
import type { ProcessKey } from '#core/process-key'
import { parsePidSmaps } from '#core/procfs/pid-smaps'
import { parsePidStat } from '#core/procfs/pid-stat'
import type { Target } from '../targets/target'
import { parseAnswer, toFileRead } from './read-text'

/** smaps of mostMappings: each takes up to 900 bytes and its name. */
const maxSmapsBytes = 96 * 1024 * 1024
/** Over a slow link some 50 MiB are to come. */
const timeoutMs = 60_000
/** So much is parsed at once: some 20 ms, then others have their turn. */
const pieceBytes = 1024 * 1024

const newline = 0x0a

/**
 * All mappings of one process with what of them is in memory: one read of /proc/PID/smaps. An empty map for a process
 * without an address space. `isGo` null: not known. Rejects with AppError `gone`, `permission-denied`, `timeout`,
 * `too-large` (more than 100,000 mappings), `unsupported` where there is no /proc.
 */
export async function readMemoryMap(
  target: Target,
  { pid, startTimeTicks }: ProcessKey,
  isGo: boolean | null,
): Promise<MemoryMap> {
  if (!target.capabilities.smaps) throw new AppError('unsupported', 'no smaps on this target')
  const [smaps] = await target.read([{ kind: 'file', path: `/proc/${pid}/smaps`, maxBytes: maxSmapsBytes }], {
    timeoutMs,
  })
  const atMs = Date.now()
  if (smaps?.ok === false) throw new AppError(smaps.error.code, smaps.error.message)
  // Asked for after it: when the pid still names this process, the mappings were its own.
  const [stat] = await target.read([toFileRead(`/proc/${pid}/stat`)])
  if (parseAnswer(stat, parsePidStat)?.startTimeTicks !== startTimeTicks) {
    throw new AppError('gone', `process ${pid} has ended`)
  }
  if (smaps === undefined) throw new AppError('failed', 'no answer')
  const builder = createMemoryMapBuilder(isGo)
  for (const text of toPieces(smaps.value.bytes)) {
    builder.add(parsePidSmaps(text))
    if (builder.count > mostMappings) {
      throw new AppError('too-large', `more than ${mostMappings} mappings`)
    }
    await new Promise(setImmediate)
  }
  return builder.build({ atMs, costMs: smaps.value.durationMs })
}

/** The text in pieces that end where a mapping ends. */
function* toPieces(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder()
  let start = 0
  while (start < bytes.length) {
    const end = nextMapping(bytes, start + pieceBytes)
    yield decoder.decode(bytes.subarray(start, end))
    start = end
  }
}

/** Where the next line begins that begins a mapping: with an address, while names of fields begin with a capital. */
function nextMapping(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(newline, from); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    const first = bytes[at + 1]
    if (first !== undefined && ((first >= 0x30 && first <= 0x39) || (first >= 0x61 && first <= 0x66))) {
      return at + 1
    }
  }
  return bytes.length
}
