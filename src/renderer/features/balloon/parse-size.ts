const factors: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

/** `2 GiB`, `512M`, `1.5g` as whole bytes; null when it is no size. Units are binary, as in what is shown. */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([KMGT]?)(?:i?B)?\s*$/i.exec(text.replaceAll('\u00a0', ' '))
  if (match === null) return null
  const factor = factors[(match[2] ?? '').toUpperCase()] ?? 1
  const bytes = Math.round(Number((match[1] ?? '').replace(',', '.')) * factor)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** A size that `parseSize` gives back exactly: `2 GiB`, `1536 MiB`. */
export function formatSize(bytes: number): string {
  for (const [name, size] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    const value = bytes / size
    if (value >= 1 && Number.isInteger(value * 4)) return `${value} ${name}`
  }
  return bytes >= 1024 ** 2 ? `${Math.round(bytes / 1024 ** 2)} MiB` : `${bytes} B`
}
