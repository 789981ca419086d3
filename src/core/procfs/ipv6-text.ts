/** 16 bytes in network order as RFC 5952 writes them; a v4-mapped address (::ffff:a.b.c.d) as plain IPv4. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return bytes.subarray(12).join('.')
  const run = longestZeroRun(groups)
  const toHex = (part: number[]): string => part.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return toHex(groups)
  return `${toHex(groups.slice(0, run.start))}::${toHex(groups.slice(run.start + run.length))}`
}

/** The first of the longest: the one that RFC 5952 shortens. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue
    if (i - start > best.length) best = { start, length: i - start }
    start = i + 1
  }
  return best
}
