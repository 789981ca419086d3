import { atMost, fromGo, fromRollup, fromStatus, step, toFinding, type RuleContext } from './rule-context'
import { toGapShare, toSeries } from './series'
import { toMedian } from './slope'
import type { Finding, FindingLevel } from './verdict'

const liveShare = 0.6
const recentMs = 60_000
const likelySpanMs = 60_000
const certainSpanMs = 10 * 60_000

/** What is said when no rule holds: RSS is explained, nothing was found so far, or nothing can be told. */
export function toNothingUnusual(context: RuleContext, others: readonly Finding[]): Finding {
  const { rollup, go, rssBytes, isGo, window } = context
  if (rssBytes === null) return toFinding('nothingUnusual', 'not-measurable', 'noRss')
  const params = { rssBytes, heapInuseBytes: go?.heapInuseBytes ?? 0, spanMs: window.spanMs }
  const numbers = [
    rollup?.rssBytes == null ? fromStatus(context, 'rssBytes') : fromRollup(context, 'rssBytes'),
    ...(rollup === null ? [] : [fromRollup(context, 'lazyFreeBytes')]),
    ...(isGo ? [fromGo(context, 'heapInuseBytes')] : []),
  ]
  const blind = others.filter(({ level }) => level === 'not-measurable')
  const isBlind = blind.some(({ id }) => id === 'madvFree') && (go === null || !isGo)
  if (isBlind) {
    const next = blind.flatMap((finding) => finding.next).filter(isFirstOfKind)
    return toFinding('nothingUnusual', 'not-measurable', 'unknown', { params, evidence: numbers, next })
  }
  const hasSigns = others.some(({ level }) => level === 'possible')
  // Over a while: between two collections it comes and goes.
  const heap = toSeries(window, 'heapInuseBytes').filter(({ atMs }) => atMs >= context.atMs - recentMs)
  const isLive = isGo && toMedian(heap.map(({ value }) => value)) > rssBytes * liveShare
  return toFinding(
    'nothingUnusual',
    atMost(bySpan(context), blind.length > 0 || hasSigns ? 'likely' : 'certain'),
    isLive ? 'liveHeap' : 'quiet',
    { params, evidence: numbers, next: [step('watchLonger')] },
  )
}

function bySpan({ window }: RuleContext): FindingLevel {
  if (window.spanMs < likelySpanMs) return 'possible'
  return window.spanMs < certainSpanMs || toGapShare(window) > 0.2 ? 'likely' : 'certain'
}

function isFirstOfKind(one: Finding['next'][number], index: number, all: Finding['next']): boolean {
  return all.findIndex(({ text }) => text === one.text) === index
}
