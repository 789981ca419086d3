import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { AppError } from '#core/errors'
import type { Sampler, Watch } from '#main/sampling/sampler'
import { withVerdicts } from '#main/verdict/with-verdicts'
import type { Target } from '#main/targets/target'
import { formatText, type TextParams } from '#core/text/catalogue'
import { formatDuration } from '#core/text/units'
import type { Verdict } from '#core/verdict/verdict'
import { followConnection } from './follow-connection'
import { createGapTeller } from './gap-teller'
import { toSizeText, toTerminalText, type Output } from './output'
import { toProcessRecord } from './record'
import { createVerdictTeller, toVerdictRecord } from './verdict-record'

/** The first line waits so long at most for the first walk and the first answer of the endpoint. */
const settleMs = 6000

export interface WatchOptions {
  pid: number
  pprofUrl: string | null
  /** Lines to print; null: until it is ended. */
  count: number | null
  isJson: boolean
  /** Read smaps_rollup even where the walk is expected to stall the process for long. */
  allowsLongRead: boolean
}

function isSettled(sample: ProcessSample, isAwaitingWalk: boolean): boolean {
  const walked = sample.rollup !== null || sample.absent.smaps_rollup !== undefined || isAwaitingWalk
  return walked && sample.endpoint.phase !== 'searching'
}

function toLine(sample: ProcessSample, host: HostSample | null): string {
  const record = toProcessRecord(sample, host, null)
  const { rollupRssBytes, lazyFreeBytes, psiSomeAvg10: psi } = record
  const sizes = [
    record.virtBytes,
    record.rssBytes,
    lazyFreeBytes,
    rollupRssBytes === null || lazyFreeBytes === null ? null : rollupRssBytes - lazyFreeBytes,
    record.heapInuseBytes,
    record.memAvailableBytes,
  ]
  return [
    new Date(sample.atMs).toTimeString().slice(0, 8),
    ...sizes.map((bytes) => toSizeText(bytes).padStart(10)),
    (psi === null ? '-' : psi.toFixed(2)).padStart(6),
  ].join(' ')
}

/** Says on standard error how the numbers are to be read: a race build, and, for people, the runtime's madvise. */
function createFactsTeller({ isJson }: WatchOptions, output: Output): (facts: ProcessFacts) => void {
  const told = new Set<string>()
  const tell = (text: string, params?: TextParams): void => {
    const sentence = toTerminalText(formatText('en', text, params))
    if (!told.has(sentence)) output.error(sentence)
    told.add(sentence)
  }
  return ({ isRaceBuild, madviseWhy }) => {
    if (isRaceBuild === true) tell('go.race.notice')
    if (madviseWhy !== null && !isJson) tell(madviseWhy.text, madviseWhy.params)
  }
}

const header = 'TIME           VIRT        RES   LAZYFREE     RES-LF HEAPINUSE   MEMAVAIL    PSI'

/**
 * `ballonet watch`: a line a poll until count, the end of the process, or stop. Rejects with AppError `gone` when there
 * is no such process, or when it ended before the lines that were asked for, and with why when the target was lost for
 * good. A link that is tried again leaves a gap.
 */
export async function runWatch(
  target: Target,
  sampler: Sampler,
  options: WatchOptions,
  output: Output,
  stop: AbortSignal,
): Promise<void> {
  const key = await sampler.findKey(options.pid)
  if (key === null) throw new AppError('gone', `there is no process ${options.pid}`)
  let host: HostSample | null = null
  let verdict: Verdict | null = null
  const judging = withVerdicts(sampler, {
    host: () => host,
    growth: () => null,
    onVerdict: (_, next) => (verdict = next),
    onEvent: () => undefined,
  })
  const tellVerdict = createVerdictTeller(output)
  const stopHost = sampler.onHost((sample) => (host = sample))
  const startedMs = Date.now()
  let lines = 0
  let isAwaitingWalk = false
  const tellGaps = createGapTeller(target, options.pprofUrl, output)
  let watch: Watch | undefined
  let facts: ProcessFacts | null = null
  const tellFacts = createFactsTeller(options, output)
  const noteFacts = (next: ProcessFacts): void => {
    facts = next
    tellFacts(next)
  }
  let stopConnection = (): void => undefined

  try {
    await new Promise<void>((resolve, reject) => {
      stop.addEventListener('abort', () => resolve(), { once: true })
      stopConnection = followConnection(target, output, reject)
      const print = (sample: ProcessSample): void => {
        tellGaps(sample)
        if (lines === 0 && !isSettled(sample, isAwaitingWalk) && Date.now() - startedMs < settleMs) return
        if (options.count !== null && lines >= options.count) return
        if (lines === 0 && !options.isJson) output.line(header)
        if (options.isJson)
          output.json({ ...toProcessRecord(sample, host, facts), verdict: toVerdictRecord(verdict) })
        else {
          output.line(toLine(sample, host))
          tellVerdict(verdict)
        }
        lines++
        if (lines === options.count) resolve()
      }
      judging
        .watch(key, {
          sample: print,
          facts: noteFacts,
          rollupAsk({ estimatedStallMs }) {
            if (options.allowsLongRead) watch?.allowRollup()
            else if (!isAwaitingWalk) {
              output.error(
                `LazyFree and PSS are not read: the walk may stall the process for about ${formatDuration(estimatedStallMs)}; --allow-long-read reads them`,
              )
            }
            isAwaitingWalk = !options.allowsLongRead
          },
          gone() {
            if (options.count === null) {
              output.error('the process has ended')
              resolve()
            } else
              reject(
                new AppError('gone', `process ${options.pid} ended after ${lines} of ${options.count} lines`),
              )
          },
        })
        .then((started) => {
          watch = started
          noteFacts(started.facts)
          if (options.pprofUrl !== null) started.setEndpoint(options.pprofUrl)
          if (options.allowsLongRead) started.allowRollup()
        })
        .catch(reject)
    })
  } finally {
    stopHost()
    stopConnection()
    watch?.close()
  }
}
