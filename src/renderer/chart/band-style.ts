import type { RssBandId } from '#core/metrics/rss-accounting'

/** Names of the tokens of the bands' colours, without the dashes. */
export const bandTokens: Record<RssBandId, string> = {
  file: 'band-file',
  shmem: 'band-shmem',
  heapInuse: 'band-heap-inuse',
  stacks: 'band-stacks',
  runtime: 'band-runtime',
  heapIdle: 'band-heap-idle',
  lazyFree: 'band-lazyfree',
  other: 'band-other',
}

export const rssToken = 'series-rss'
