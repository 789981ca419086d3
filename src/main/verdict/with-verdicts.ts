import type { BalloonProof } from '#core/balloon/types'
import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import { toKeyText, type ProcessKey } from '#core/process-key'
import { mainFinding, type Finding, type Verdict } from '#core/verdict/verdict'
import type { Sampler, Watch, WatchListener } from '../sampling/sampler'
import type { EmitEvent } from '../sampling/session-events'
import { createVerdictWatch, type VerdictWatch } from './verdict-watch'

export interface VerdictOptions {
  host: () => HostSample | null
  growth: (key: ProcessKey) => ProfileGrowth | null
  onVerdict: (key: ProcessKey, verdict: Verdict) => void
  /** Once for each sample of a watched process, however many look at it. */
  onSample?: (sample: ProcessSample) => void
  /** What is known of a watched process, to each who looks and when more is known. */
  onFacts?: (facts: ProcessFacts) => void
  /** No more of it come. */
  onEnd?: (key: ProcessKey, atMs: number, reason: 'process-gone' | 'not-watched') => void
  /** The main finding is another one. */
  onEvent: EmitEvent
}

/** A sampler whose watched processes are judged. */
export interface JudgingSampler extends Sampler {
  /** A balloon has ended: it may settle what was only likely. */
  addProof(proof: BalloonProof): void
}

interface Entry {
  watch: VerdictWatch
  /** Windows that look at the process. */
  users: number
  /** When the newest sample was taken. */
  sampledAtMs: number
}

/** Lays verdicts over a sampler: each watched process has one, shared by all who look, for as long as somebody does. */
export function withVerdicts(sampler: Sampler, options: VerdictOptions): JudgingSampler {
  const entries = new Map<string, Entry>()

  function createEntry(key: ProcessKey): Entry {
    let told: Finding | null = null
    const knowledge = {
      hostFacts: () => sampler.host,
      host: options.host,
      growth: () => options.growth(key),
    }
    const watch = createVerdictWatch(knowledge, (verdict) => {
      options.onVerdict(key, verdict)
      const main = mainFinding(verdict)
      if (main === null || (main.level !== 'certain' && main.level !== 'likely')) return
      if (told !== null && told.id !== main.id)
        options.onEvent({
          atMs: verdict.atMs,
          key,
          kind: 'verdict-changed',
          text: `event.verdict.${main.id}`,
          params: {},
        })
      told = main
    })
    return { watch, users: 0, sampledAtMs: Number.NEGATIVE_INFINITY }
  }

  async function watch(key: ProcessKey, listener: WatchListener): Promise<Watch> {
    const id = toKeyText(key)
    const entry = entries.get(id) ?? createEntry(key)
    entries.set(id, entry)
    entry.users++
    let isOpen = true
    const release = (reason: 'process-gone' | 'not-watched', atMs = Date.now()): void => {
      if (!isOpen) return
      isOpen = false
      entry.users--
      if (entry.users > 0 || entries.get(id) !== entry) return
      entries.delete(id)
      options.onEnd?.(key, atMs, reason)
    }
    try {
      const watched = await sampler.watch(key, {
        ...listener,
        sample(sample) {
          // Of two who look the second brings the same sample again.
          if (sample.atMs !== entry.sampledAtMs) {
            entry.sampledAtMs = sample.atMs
            options.onSample?.(sample)
            entry.watch.addSample(sample)
          }
          listener.sample(sample)
        },
        facts(facts) {
          entry.watch.setFacts(facts)
          options.onFacts?.(facts)
          listener.facts(facts)
        },
        gone(atMs) {
          release('process-gone', atMs)
          listener.gone(atMs)
        },
      })
      entry.watch.setFacts(watched.facts)
      options.onFacts?.(watched.facts)
      // Whoever comes later is told what the others know.
      if (entry.watch.latest !== null) options.onVerdict(key, entry.watch.latest)
      return toReleasing(watched, () => release('not-watched'))
    } catch (error) {
      release('not-watched')
      throw error
    }
  }

  return {
    get host() {
      return sampler.host
    },
    onHost: (listener) => sampler.onHost(listener),
    onEvent: (listener) => sampler.onEvent(listener),
    subscribeTable: (request, listener) => sampler.subscribeTable(request, listener),
    watch,
    readTableOnce: (columns) => sampler.readTableOnce(columns),
    adoptWalk: (key, rollup) => sampler.adoptWalk(key, rollup),
    relearn: () => sampler.relearn(),
    findKey: (pid) => sampler.findKey(pid),
    dispose: () => sampler.dispose(),
    addProof: (proof) => entries.get(toKeyText(proof.target))?.watch.addProof(proof),
  }
}

function toReleasing(watch: Watch, release: () => void): Watch {
  return {
    get facts() {
      return watch.facts
    },
    setEndpoint: (url) => watch.setEndpoint(url),
    askEndpointOnce: () => watch.askEndpointOnce(),
    fetchProfile: () => watch.fetchProfile(),
    allowRollup: () => watch.allowRollup(),
    latest: () => watch.latest(),
    close() {
      release()
      watch.close()
    },
  }
}
