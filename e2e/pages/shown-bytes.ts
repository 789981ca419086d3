const unitBytes: Record<string, number> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** A size as it stands on the screen: three digits of it, so it is a range. */
export interface ShownBytes {
  bytes: number
  /** Half of the last digit that is shown. */
  toleranceBytes: number
}

/** `2.02 GiB` as a person reads it; null for a dash or no size. Written apart from the product's own formatting. */
export function parseShownBytes(text: string): ShownBytes | null {
  const match = /([\u2212+-]?)(\d+)(?:\.(\d+))?\s*(B|[KMGT]iB)/.exec(text)
  if (match === null) return null
  const [, sign, whole, part = '', unit] = match as unknown as [
    string,
    string,
    string,
    string | undefined,
    string,
  ]
  const size = unitBytes[unit] ?? 1
  const factor = sign === '\u2212' || sign === '-' ? -1 : 1
  return {
    bytes: factor * Number(part === '' ? whole : `${whole}.${part}`) * size,
    toleranceBytes: (size * 10 ** -part.length) / 2,
  }
}

/** Whether this size, written with three digits, is what is shown. */
export function isShownAs(bytes: number, text: string): boolean {
  const shown = parseShownBytes(text)
  return shown !== null && Math.abs(shown.bytes - bytes) <= shown.toleranceBytes * 1.001
}
