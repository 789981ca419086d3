import { rssLessLazyFree, toReading } from '../metrics/reading'
import type { ProcessFacts, ProcessSample, RollupSample } from '../metrics/samples'

export type HeadlineId =
  | 'waiting'
  | 'ended'
  | 'noMemory'
  | 'rssUnknown'
  | 'lazyFree'
  | 'lazyFreeAged'
  | 'lazyFreeLittle'
  | 'lazyFreeNone'
  | 'lazyFreeNotReported'
  | 'lazyFreeDenied'
  | 'lazyFreeTooExpensive'
  | 'lazyFreeNotRead'
  | 'lazyFreeFailed'
  | 'heap'
  | 'heapIsMost'
  | 'heapWas'
  | 'heapSearching'
  | 'heapNoEndpoint'
  | 'heapStopped'
  | 'heapError'
  | 'madviseDontneed'
  | 'madviseFreeNothingYet'

/** One sentence. Its text is in `headlineText`, parameters are raw: `*Bytes`, `*Ms`, plain text. */
export interface HeadlineSentence {
  id: HeadlineId
  params: Record<string, string | number>
}

export interface HeadlineInput {
  sample: ProcessSample | null
  facts: ProcessFacts | null
  isGone: boolean
}

/** LazyFree below both of these explains nothing: a runtime marks a few pages all the time. */
const littleShare = 0.2
const littleBytes = 32 * 1024 * 1024
const nothingBytes = 4 * 1024 * 1024
/** A reading older than this is called old in the sentence. */
const agedMs = 30_000
const heapIsMostShare = 0.7

/**
 * What the picture means, in one to three sentences, never more certain than the numbers behind it. RSS and LazyFree come
 * from the same smaps_rollup reading; where there is none, RSS is VmRSS and nothing is said about LazyFree.
 */
export function toHeadline({ sample, facts, isGone }: HeadlineInput): HeadlineSentence[] {
  if (sample === null) return [{ id: isGone ? 'ended' : 'waiting', params: {} }]
  const sentences = [...(isGone ? [sentence('ended', {})] : []), ...memorySentences(sample)]
  if (sample.absent.status === 'no-memory' || sample.absent.stat === 'no-memory') return sentences
  sentences.push(...heapSentences(sample), ...madviseSentences(sample, facts))
  return sentences
}

function sentence(id: HeadlineId, params: Record<string, string | number>): HeadlineSentence {
  return { id, params }
}

function memorySentences(sample: ProcessSample): HeadlineSentence[] {
  const { rollup } = sample
  if (sample.absent.status === 'no-memory' || sample.absent.stat === 'no-memory')
    return [sentence('noMemory', {})]
  const lazyFree = toReading(sample, 'lazyFreeBytes')
  if (rollup !== null && rollup.rssBytes !== null && rollup.lazyFreeBytes !== null) {
    return [lazyFreeSentence(sample, rollup.rssBytes, rollup.lazyFreeBytes, rollup)]
  }
  const rssBytes = rollup?.rssBytes ?? sample.rssBytes
  if (rssBytes === null) return [sentence('rssUnknown', {})]
  switch (lazyFree.reason) {
    case 'not-reported':
      return [sentence('lazyFreeNotReported', { rssBytes })]
    case 'permission-denied':
      return [sentence('lazyFreeDenied', { rssBytes })]
    case 'too-expensive':
      return [sentence('lazyFreeTooExpensive', { rssBytes })]
    case 'not-read':
      return [sentence('lazyFreeNotRead', { rssBytes })]
    default:
      return [sentence('lazyFreeFailed', { rssBytes })]
  }
}

function lazyFreeSentence(
  sample: ProcessSample,
  rssBytes: number,
  lazyFreeBytes: number,
  rollup: RollupSample,
): HeadlineSentence {
  const ageMs = sample.atMs - rollup.atMs
  if (lazyFreeBytes === 0) return sentence('lazyFreeNone', { rssBytes })
  const isLittle = lazyFreeBytes < littleBytes && lazyFreeBytes < rssBytes * littleShare
  if (isLittle) return sentence('lazyFreeLittle', { rssBytes, lazyFreeBytes })
  if (ageMs > agedMs) return sentence('lazyFreeAged', { rssBytes, lazyFreeBytes, ageMs })
  return sentence('lazyFree', { rssBytes, lazyFreeBytes })
}

function heapSentences(sample: ProcessSample): HeadlineSentence[] {
  const { go, endpoint } = sample
  const heapInuseBytes = go?.heapInuseBytes ?? null
  if (go !== null && heapInuseBytes !== null) {
    const ageMs = sample.atMs - go.atMs
    if (endpoint.phase !== 'ok' || ageMs > agedMs)
      return [sentence('heapWas', { heapInuseBytes, ageMs: Math.max(0, ageMs) })]
    const net = rssLessLazyFree(sample.rollup)
    const rssBytes = sample.rollup?.rssBytes ?? sample.rssBytes
    // Only where LazyFree is known to be little: else the picture is about what can be taken back.
    const isMost = net !== null && rssBytes !== null && heapInuseBytes > rssBytes * heapIsMostShare
    return [sentence(isMost ? 'heapIsMost' : 'heap', { heapInuseBytes })]
  }
  switch (endpoint.phase) {
    case 'searching':
      return [sentence('heapSearching', {})]
    case 'none':
      return [sentence('heapNoEndpoint', {})]
    case 'stopped':
      return [sentence('heapStopped', {})]
    case 'error':
      return [sentence('heapError', {})]
    default:
      return []
  }
}

/** Only when LazyFree is known to be (nearly) nothing does the runtime's policy add anything to the picture. */
function madviseSentences(sample: ProcessSample, facts: ProcessFacts | null): HeadlineSentence[] {
  const lazyFreeBytes = sample.rollup?.lazyFreeBytes ?? null
  if (facts === null || facts.goVersion === null || lazyFreeBytes === null || lazyFreeBytes >= nothingBytes)
    return []
  if (facts.madvise === 'dontneed') return [sentence('madviseDontneed', { goVersion: facts.goVersion })]
  if (facts.madvise === 'free') return [sentence('madviseFreeNothingYet', { goVersion: facts.goVersion })]
  return []
}
