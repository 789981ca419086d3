import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

const maxKnownHostsBytes = 4 * 1024 * 1024

export interface ChangedHostKey extends Record<string, string> {
  /** As ssh and known_hosts name the host: `[host]:port` for another port than 22. */
  name: string
  keyType: string
  fingerprint: string
  file: string
  line: string
  /** Of the key on record; `?` where it could not be read. */
  oldFingerprint: string
}

/**
 * What ssh says about a host key that is not the one on record; null where it says nothing of the kind. ssh does not
 * print the old fingerprint: it is read from the line that ssh names, if that is in one of `knownHostsPaths`.
 */
export function findChangedHostKey(
  stderr: string,
  knownHostsPaths: readonly string[],
): ChangedHostKey | null {
  if (!/HOST IDENTIFICATION HAS CHANGED/.test(stderr)) return null
  const end =
    /^(?:\S+ )?[Hh]ost key for (\S{1,600}) has changed and you have requested strict checking/m.exec(stderr)
  if (end === null) return null
  const key =
    /fingerprint for the (\S{1,40}(?: \S{1,40})?) key sent by the remote host is\s+(\S{1,200}?)\.?\s*$/m.exec(
      stderr,
    )
  const old = /^Offending \S{1,40}(?: \S{1,40})? key in (.{1,1024}):(\d{1,9})\s*$/m.exec(stderr)
  const file = old?.[1] ?? '?'
  const isOwn = knownHostsPaths.includes(file)
  return {
    name: end[1] ?? '?',
    keyType: key?.[1] ?? '?',
    fingerprint: key?.[2] ?? '?',
    file,
    line: old?.[2] ?? '?',
    oldFingerprint: (isOwn ? readFingerprint(file, Number(old?.[2])) : null) ?? '?',
  }
}

/** SHA256 as ssh-keygen -l shows it, of the key in one line of known_hosts. */
function readFingerprint(path: string, lineNumber: number): string | null {
  const line = readStart(path).split('\n')[lineNumber - 1] ?? ''
  const key = /(?:^|\s)(AAAA[0-9A-Za-z+/]{16,16000}={0,2})(?:\s|$)/.exec(line)?.[1]
  if (key === undefined) return null
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64')
  return `SHA256:${hash.replace(/=+$/, '')}`
}

function readStart(path: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const bytes = Buffer.alloc(maxKnownHostsBytes)
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0))
  } catch {
    return ''
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
