/** One answer of assets/balloon.sh. Sizes in bytes; -1 is never among them: what could not be read is null. */
export interface ScriptMessage {
  kind: 'ready' | 'state' | 'grown' | 'refused' | 'shrunk' | 'end'
  /** Of refused, shrunk and end. */
  reason: string | null
  balloonBytes: number
  pendingBytes: number
  /** In the domain. */
  availableBytes: number | null
  memAvailableBytes: number | null
}

const linePattern = /^(ready|state|grown|refused|shrunk|end)((?: [a-z]+=[^ =]*)+)$/

/** An answer of the script; null for a line that is none (a message of the day, a warning of the shell). */
export function parseScriptLine(line: string): ScriptMessage | null {
  const match = linePattern.exec(line.trimEnd())
  if (match === null) return null
  const fields = new Map<string, string>()
  for (const pair of match[2]!.trim().split(' ')) {
    const at = pair.indexOf('=')
    fields.set(pair.slice(0, at), pair.slice(at + 1))
  }
  return {
    kind: match[1] as ScriptMessage['kind'],
    reason: fields.get('reason') ?? null,
    balloonBytes: toBytes(fields.get('balloon')) ?? 0,
    pendingBytes: toBytes(fields.get('pending')) ?? 0,
    availableBytes: toBytes(fields.get('available')),
    memAvailableBytes: toBytes(fields.get('memavailable')),
  }
}

function toBytes(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d+$/.test(text)) return null
  const bytes = Number(text)
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null
}
