import type { Incident } from './incident'

/** What can be moved to another thread rather than copied: the numbers of all streams. */
export function buffersOf({ hostStream, processes }: Incident): ArrayBuffer[] {
  const streams = [hostStream, ...processes.flatMap(({ streams: each }) => Object.values(each))]
  return streams.flatMap(({ atMs, columns }) =>
    [atMs, ...Object.values(columns)].map(({ buffer }) => buffer as ArrayBuffer),
  )
}
