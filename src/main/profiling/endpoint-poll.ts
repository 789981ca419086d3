import { AppError, toErrorValue } from '#core/errors'
import type { EndpointState, GoSample } from '#core/metrics/samples'
import { askEndpoint, patientLimits, type EndpointAnswer, type PollLimits } from './ask-endpoint'
import type { EndpointUrl } from './endpoint-url'
import type { HttpClient } from './http-client'
import { backOffMs, isTooDearToFinish, judgeCost, retryAfterUnfinishedMs } from './poll-budget'

/** A found endpoint that fails as often in a row may have moved to another port. */
const failuresUntilSearch = 3

export interface EndpointPollOptions {
  client: HttpClient
  endpoint: EndpointUrl
  limits: PollLimits
  /** Aborted: answers are no longer heard. */
  signal: AbortSignal
  /** What changed, and the new sample where there is one. */
  report: (change: Partial<EndpointState>, sample: GoSample | null) => void
  /** Goes on after a time, or as soon as a person asks (isPatient); null: only then. */
  wait: (ms: number | null, then: (isPatient: boolean) => void) => void
  /** For an endpoint that was found; null for one that was typed in. */
  searchAgain: (() => void) | null
}

/** Asks one endpoint again and again, within poll-budget.ts. */
export class EndpointPoll {
  readonly #options: EndpointPollOptions
  readonly #lastCostsMs: number[] = []
  #failures = 0

  constructor(options: EndpointPollOptions) {
    this.#options = options
  }

  async ask(isPatient = false): Promise<void> {
    const { client, endpoint, limits, signal } = this.#options
    const startMs = performance.now()
    let bytes = 0
    try {
      const answer = await askEndpoint(client, endpoint, {
        limits: isPatient ? patientLimits : limits,
        isPatient,
        onBytes: (count) => (bytes = count),
      })
      if (!signal.aborted) this.#take(answer)
    } catch (thrown) {
      if (!signal.aborted) this.#fail(thrown, performance.now() - startMs, bytes)
    }
  }

  #take({ sample, bytes }: EndpointAnswer): void {
    this.#failures = 0
    this.#lastCostsMs.push(sample.costMs)
    if (this.#lastCostsMs.length > 5) this.#lastCostsMs.shift()
    const { isTooDear, intervalMs } = judgeCost(sample.source, this.#lastCostsMs, bytes)
    const measured = { source: sample.source, costMs: sample.costMs, bytes }
    if (isTooDear) {
      const params = { costMs: Math.round(sample.costMs), bytes }
      const error = new AppError('too-large', 'too dear to poll', { hint: 'go.endpoint.tooDear', params })
      this.#wait(null)
      this.#options.report(
        { ...measured, phase: 'stopped', intervalMs: null, error: toErrorValue(error) },
        sample,
      )
      return
    }
    this.#wait(intervalMs)
    this.#options.report({ ...measured, phase: 'ok', intervalMs, error: null }, sample)
  }

  #fail(thrown: unknown, spentMs: number, bytes: number): void {
    const { endpoint, report, searchAgain } = this.#options
    this.#failures++
    const error = toErrorValue(thrown)
    if (isTooDearToFinish(endpoint.source, error, bytes)) {
      const intervalMs = retryAfterUnfinishedMs(spentMs)
      this.#wait(intervalMs)
      report({ phase: 'stopped', costMs: spentMs, bytes, intervalMs, error }, null)
      return
    }
    const intervalMs = backOffMs(this.#failures)
    if (searchAgain !== null && this.#failures >= failuresUntilSearch)
      this.#options.wait(intervalMs, searchAgain)
    else this.#wait(intervalMs)
    report({ phase: 'error', intervalMs, error }, null)
  }

  #wait(ms: number | null): void {
    this.#options.wait(ms, (isPatient) => void this.ask(isPatient))
  }
}
