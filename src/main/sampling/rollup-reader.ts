import { fail, ok, type Result } from '#core/errors'
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
  /** Several in one round trip. */
  walkMany(pids: readonly number[]): Promise<(RollupSample | AbsenceReason)[]>
  /** The kernel may be another one now. */
  forget(): void
}

export function createRollupReader(target: Target): RollupReader {
  let hasRollup: boolean | null = null

  async function readAll(
    paths: readonly string[],
    parse: (text: string) => SmapsTotals,
    timeoutMs: number,
    maxBytes?: number,
  ): Promise<Walked[]> {
    const answers = await target.read(
      paths.map((path) => ({ kind: 'file', path, ...(maxBytes === undefined ? {} : { maxBytes }) })),
      { timeoutMs },
    )
    return paths.map((path, index) => toWalked(path, answers[index], parse))
  }

  /** smaps_rollup is missing for a process that ended, too: only one that answers shows that this kernel has it. */
  async function isKernelWithoutRollup(pid: number): Promise<boolean> {
    if (hasRollup !== null) return !hasRollup
    const [dir] = await target.read([{ kind: 'dir', path: `/proc/${pid}` }])
    if (dir?.ok !== true || dir.value.names.length === 0) return false
    hasRollup = dir.value.names.includes('smaps_rollup')
    return !hasRollup
  }

  async function walkSmaps(pid: number, timeoutMs: number): Promise<RollupSample | AbsenceReason> {
    const sum = (text: string): SmapsTotals => sumSmaps(parsePidSmaps(text))
    const [summed] = await readAll([`/proc/${pid}/smaps`], sum, timeoutMs, maxSmapsBytes)
    return summed === undefined ? 'failed' : summed.ok ? summed.value : toAbsence(summed.error)
  }

  async function walkMany(
    pids: readonly number[],
    timeoutMs = defaultTimeoutMs,
  ): Promise<(RollupSample | AbsenceReason)[]> {
    if (hasRollup === false) return Promise.all(pids.map((pid) => walkSmaps(pid, timeoutMs)))
    const paths = pids.map((pid) => `/proc/${pid}/smaps_rollup`)
    const walked = await readAll(paths, parsePidSmapsRollup, timeoutMs)
    return Promise.all(
      walked.map(async (result, index) => {
        if (result.ok) return result.value
        if (result.error.code !== 'gone') return toAbsence(result.error)
        const pid = pids[index] as number
        return (await isKernelWithoutRollup(pid)) ? walkSmaps(pid, timeoutMs) : 'gone'
      }),
    )
  }

  return {
    walkMany: (pids) => walkMany(pids),
    async walk(pid, timeoutMs) {
      const [result] = await walkMany([pid], timeoutMs)
      return result ?? 'failed'
    },
    forget() {
      hasRollup = null
    },
  }
}

type Walked = Result<RollupSample>

function toWalked(
  path: string,
  answer: ReadResult | undefined,
  parse: (text: string) => SmapsTotals,
): Walked {
  if (answer === undefined) return fail('failed', path)
  if (!answer.ok) return answer
  const totals = parseAnswer(answer, parse)
  return totals === null ? fail('parse', path) : ok(toRollupSample(totals, answer.value.durationMs))
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
