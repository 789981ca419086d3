import type { AbsenceReason, RollupSample } from '#core/metrics/samples'
import { parsePidSmaps, sumSmaps } from '#core/procfs/pid-smaps'
import { parsePidSmapsRollup } from '#core/procfs/pid-smaps-rollup'
import type { SmapsTotals } from '#core/procfs/smaps-fields'
import type { ReadResult, Target } from '../targets/target'
import { parseAnswer, toAbsence } from './read-text'

const defaultTimeoutMs = 10_000
/** smaps of 200,000 mappings; a process with more has no sums on a kernel without smaps_rollup. */
const maxSmapsBytes = 128 * 1024 * 1024

/** Walks the page tables of one process: smaps_rollup, or before Linux 4.14 smaps, summed. */
export interface RollupReader {
  walk(pid: number, timeoutMs?: number): Promise<RollupSample | AbsenceReason>
}

export function createRollupReader(target: Target): RollupReader {
  let hasRollup: boolean | null = null

  async function readOne(
    path: string,
    parse: (text: string) => SmapsTotals,
    timeoutMs: number,
    maxBytes?: number,
  ): Promise<ReadResult | RollupSample> {
    const [answer] = await target.read(
      [{ kind: 'file', path, ...(maxBytes === undefined ? {} : { maxBytes }) }],
      { timeoutMs },
    )
    if (answer === undefined || !answer.ok)
      return answer ?? { ok: false, error: { code: 'failed', message: path } }
    const totals = parseAnswer(answer, parse)
    if (totals === null) return { ok: false, error: { code: 'parse', message: path } }
    return toRollupSample(totals, answer.value.durationMs)
  }

  /** smaps_rollup is missing for a process that ended, too: only one that answers shows that this kernel has it. */
  async function isKernelWithoutRollup(pid: number): Promise<boolean> {
    if (hasRollup !== null) return !hasRollup
    const [dir] = await target.read([{ kind: 'dir', path: `/proc/${pid}` }])
    if (dir?.ok !== true || dir.value.names.length === 0) return false
    hasRollup = dir.value.names.includes('smaps_rollup')
    return !hasRollup
  }

  return {
    async walk(pid, timeoutMs = defaultTimeoutMs) {
      if (hasRollup !== false) {
        const result = await readOne(`/proc/${pid}/smaps_rollup`, parsePidSmapsRollup, timeoutMs)
        if (!('ok' in result)) return result
        if (result.ok) return 'failed'
        if (result.error.code !== 'gone') return toAbsence(result.error)
        if (!(await isKernelWithoutRollup(pid))) return 'gone'
      }
      const summed = await readOne(
        `/proc/${pid}/smaps`,
        (text) => sumSmaps(parsePidSmaps(text)),
        timeoutMs,
        maxSmapsBytes,
      )
      if (!('ok' in summed)) return summed
      return summed.ok ? 'failed' : toAbsence(summed.error)
    },
  }
}

function toRollupSample(totals: SmapsTotals, costMs: number): RollupSample {
  return {
    atMs: Date.now(),
    costMs,
    rssBytes: totals.rssBytes,
    pssBytes: totals.pssBytes,
    ussBytes: totals.ussBytes,
    anonymousBytes: totals.anonymousBytes,
    lazyFreeBytes: totals.lazyFreeBytes,
    anonHugePagesBytes: totals.anonHugePagesBytes,
    swapBytes: totals.swapBytes,
    swapPssBytes: totals.swapPssBytes,
  }
}
