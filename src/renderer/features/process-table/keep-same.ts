/** Are two records equal, field by field? */
export function isSameRecord<T extends object>(a: T, b: T): boolean {
  for (const name in b) if (a[name] !== b[name]) return false
  return true
}

/**
 * The former list when the next one has equal records in the same order, else the next one with the former's records
 * where they are equal: a computed value that gives back what it had is no change, and nothing is drawn for it.
 */
export function keepSame<T extends object>(before: T[] | undefined, next: T[]): T[] {
  if (before === undefined) return next
  let isSame = before.length === next.length
  for (let i = 0; i < next.length; i++) {
    const old = before[i]
    if (old !== undefined && isSameRecord(old, next[i]!)) next[i] = old
    else isSame = false
  }
  return isSame ? before : next
}
