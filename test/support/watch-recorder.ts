import type { ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { WatchListener } from '#main/sampling/sampler'

/** A watch's listener that keeps everything it was told. Made for test files only. */
export interface WatchRecorder extends WatchListener {
  samples: ProcessSample[]
  goneAtMs: number[]
  learned: ProcessFacts[]
  asks: { rssBytes: number; estimatedStallMs: number }[]
}

export function createWatchRecorder(): WatchRecorder {
  const samples: ProcessSample[] = []
  const goneAtMs: number[] = []
  const learned: ProcessFacts[] = []
  const asks: { rssBytes: number; estimatedStallMs: number }[] = []
  return {
    samples,
    goneAtMs,
    learned,
    asks,
    sample: (sample) => void samples.push(sample),
    gone: (atMs) => void goneAtMs.push(atMs),
    facts: (facts) => void learned.push(facts),
    rollupAsk: (ask) => void asks.push(ask),
  }
}
