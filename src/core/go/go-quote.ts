const simpleEscapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}

/**
 * A text as Go's strconv.Unquote takes it: `"…"` with its escapes, or `` `…` ``; one that is not quoted, or wrongly,
 * comes back itself.
 */
export function unquoteGoText(text: string): string {
  if (text.length < 2) return text
  const inner = text.slice(1, -1)
  if (text.startsWith('`') && text.endsWith('`')) return inner
  if (!text.startsWith('"') || !text.endsWith('"')) return text
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (let at = 0; at < inner.length;) {
    if (inner[at] !== '\\') {
      const next = inner.indexOf('\\', at)
      const stop = next < 0 ? inner.length : next
      for (const byte of encoder.encode(inner.slice(at, stop))) bytes.push(byte)
      at = stop
      continue
    }
    const escape = readEscape(inner, at + 1)
    if (escape === null) return text
    for (const byte of escape.bytes) bytes.push(byte)
    at = escape.nextAt
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

function readEscape(text: string, at: number): { bytes: Iterable<number>; nextAt: number } | null {
  const kind = text[at] ?? ''
  const simple = Object.hasOwn(simpleEscapes, kind) ? simpleEscapes[kind] : undefined
  if (simple !== undefined) return { bytes: new TextEncoder().encode(simple), nextAt: at + 1 }
  const digits = { x: 2, u: 4, U: 8 }[kind]
  if (digits === undefined) return null
  const hex = text.slice(at + 1, at + 1 + digits)
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return null
  const code = Number.parseInt(hex, 16)
  const nextAt = at + 1 + digits
  // \x is a byte, of which several may be one character.
  if (kind === 'x') return { bytes: [code], nextAt }
  return code > 0x10ffff ? null : { bytes: new TextEncoder().encode(String.fromCodePoint(code)), nextAt }
}
