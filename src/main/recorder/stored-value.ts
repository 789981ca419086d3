/*
 * libsql ends the whole program at a text that is no UTF-8, and one flipped bit of a file makes such a text, of numbers too: SQLite
 * has no checksums, and its columns take values of any kind. So nothing is selected as it lies there: texts as bytes, numbers as
 * numbers.
 */

export function asBytes(column: string, name = column): string {
  return `CAST(${column} AS BLOB) AS ${name}`
}

export function asNumber(column: string, name = column): string {
  return `CAST(${column} AS NUMERIC) AS ${name}`
}

/** What `asBytes` selected; null for what is no text. */
export function bytesOf(value: unknown): Uint8Array | null {
  // libsql gives a blob as either.
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null
}

/** The text that `asBytes` selected, with signs of replacement for what is broken in it; empty where there is none. */
export function textOf(value: unknown): string {
  const bytes = bytesOf(value)
  return bytes === null ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
