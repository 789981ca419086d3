import type { ConnectPrompt } from '../ipc/contract'
import { toNeutralText } from '../text/neutral-text'

export type SshPrompt = Omit<ConnectPrompt, 'id' | 'targetId'>

const maxTextLength = 2000

/**
 * What ssh asks through SSH_ASKPASS, in its own words (they are never translated). `mode` is SSH_ASKPASS_PROMPT:
 * `confirm` wants yes or no, `none` tells something that ends by itself, such as a key that waits for a touch.
 * Sources: OpenSSH sshconnect.c (confirm), readpass.c; the wording differs a little from 7.4 to 10.
 */
export function parseSshPrompt(text: string, mode: string): SshPrompt {
  const shown = toNeutralText(text.trim(), maxTextLength, true)
  const hostKey = parseHostKey(text)
  if (hostKey !== null) return { kind: 'host-key', text: shown, hostKey }
  const isYesOrNo =
    mode === 'confirm' || mode === 'none' || /\(yes\/no(\/\[fingerprint\])?\)\s*[?:]\s*$/.test(text)
  return { kind: isYesOrNo ? 'confirm' : 'secret', text: shown, hostKey: null }
}

function parseHostKey(text: string): ConnectPrompt['hostKey'] {
  const host = /The authenticity of host '([^'\n]{1,600})' can't be established/.exec(text)
  const key = /^(\S{1,40}(?: \S{1,40})?) key fingerprint is:?\s+(\S{1,200}?)\.?\s*$/m.exec(text)
  if (host === null || key === null || !/\(yes\/no/.test(text)) return null
  return {
    host: toNeutralText(host[1] ?? '', 600),
    keyType: toNeutralText(key[1] ?? '', 80),
    fingerprint: toNeutralText(key[2] ?? '', 200),
  }
}
