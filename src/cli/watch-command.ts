import type { HostSample, ProcessSample } from '#core/metrics/samples'
import { AppError } from '#core/errors'
import type { Sampler, Watch } from '#main/sampling/sampler'
import { formatText } from '#core/text/catalogue'
import { formatDuration } from '#core/text/units'
import { toSizeText, type Output } from './output'
import { toProcessRecord } from './record'

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
  const rollup = sample.rollup
  const rest =
    rollup === null || rollup.rssBytes === null || rollup.lazyFreeBytes === null
      ? null
      : rollup.rssBytes - rollup.lazyFreeBytes
  const sizes = [
    sample.virtBytes,
    sample.rssBytes,
    rollup?.lazyFreeBytes ?? null,
    rest,
    sample.go?.heapInuseBytes ?? null,
    host?.memAvailableBytes ?? null,
  ]
  const psi = host?.psiSomeAvg10 ?? null
  return [
    new Date(sample.atMs).toTimeString().slice(0, 8),
    ...sizes.map((bytes) => toSizeText(bytes).padStart(10)),
    (psi === null ? '-' : psi.toFixed(2)).padStart(6),
  ].join(' ')
}

const header = 'TIME           VIRT        RES   LAZYFREE     RES-LF HEAPINUSE   MEMAVAIL    PSI'

/**
 * `ballonet watch`: a line a poll until count, the end of the process, or stop. Rejects with AppError `gone` when there
 * is no such process, or when it ended before the lines that were asked for.
 */
export async function runWatch(
  sampler: Sampler,
  options: WatchOptions,
  output: Output,
  stop: AbortSignal,
): Promise<void> {
  const key = await sampler.findKey(options.pid)
  if (key === null) throw new AppError('gone', `there is no process ${options.pid}`)
  let host: HostSample | null = null
  const stopHost = sampler.onHost((sample) => (host = sample))
  const startedMs = Date.now()
  let lines = 0
  let isAwaitingWalk = false
  let watch: Watch | undefined

  try {
    await new Promise<void>((resolve, reject) => {
      stop.addEventListener('abort', () => resolve(), { once: true })
      const print = (sample: ProcessSample): void => {
        if (lines === 0 && !isSettled(sample, isAwaitingWalk) && Date.now() - startedMs < settleMs) return
        if (options.count !== null && lines >= options.count) return
        if (lines === 0 && !options.isJson) output.line(header)
        if (options.isJson) output.json(toProcessRecord(sample, host))
        else output.line(toLine(sample, host))
        lines++
        if (lines === options.count) resolve()
      }
      sampler
        .watch(key, {
          sample: print,
          facts: () => undefined,
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
          if (options.pprofUrl !== null) started.setEndpoint(options.pprofUrl)
          if (options.allowsLongRead) started.allowRollup()
        }, reject)
    })
    const endpoint = watch?.latest()?.endpoint
    if (options.pprofUrl !== null && endpoint?.error) {
      const hint =
        endpoint.error.hint === undefined
          ? ''
          : ` ${formatText('en', endpoint.error.hint, endpoint.error.params)}`
      output.error(`heap in use is not known: ${endpoint.error.message}.${hint}`)
    }
  } finally {
    stopHost()
    watch?.close()
  }
}
