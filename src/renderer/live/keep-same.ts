/** Are two records equal, field by field? */
function isSameRecord<T extends object>(a: T, b: T): boolean {
  for (const name in b) if (a[name] !== b[name]) return false
  return true
}

/** The former record when the next one is equal, else the next one. */
export function keepSameRecord<T extends object>(before: T | undefined, next: T): T {
  return before !== undefined && isSameRecord(before, next) ? before : next
}

/** Do two lists hold the very same things in the same order? */
export function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/**
 * The former list when the next one has equal records in the same order, else the next one with the former's records
 * where they are equal: a computed value that gives back what it had is no change, and nothing is drawn for it.
 */
export function keepSame<T extends object>(before: T[] | undefined, next: T[]): T[] {
  if (before === undefined) return next
  for (let i = 0; i < next.length; i++) {
    const old = before[i]
    if (old !== undefined && isSameRecord(old, next[i]!)) next[i] = old
  }
  return isSameList(before, next) ? before : next
}
