import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSshPrompt } from './parse-ssh-prompt'

describe('a question of ssh', () => {
  it.each([
    [
      '7.4',
      `The authenticity of host 'db (10.0.0.1)' can't be established.\nECDSA key fingerprint is SHA256:abc/+.\nECDSA key fingerprint is MD5:aa:bb.\nAre you sure you want to continue connecting (yes/no)? `,
      { host: 'db (10.0.0.1)', keyType: 'ECDSA', fingerprint: 'SHA256:abc/+' },
    ],
    [
      '9.2',
      `The authenticity of host '[db]:2222 ([10.0.0.1]:2222)' can't be established.\nED25519 key fingerprint is SHA256:abc.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `,
      { host: '[db]:2222 ([10.0.0.1]:2222)', keyType: 'ED25519', fingerprint: 'SHA256:abc' },
    ],
    [
      '10',
      `The authenticity of host 'db (::1)' can't be established.\nED25519 key fingerprint is: SHA256:abc\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `,
      { host: 'db (::1)', keyType: 'ED25519', fingerprint: 'SHA256:abc' },
    ],
  ])('about a host key, OpenSSH %s', (_, text, hostKey) => {
    expect(parseSshPrompt(text, '')).toEqual({ kind: 'host-key', text: text.trim(), hostKey })
  })

  it.each([
    [`me@db's password: `, '', 'secret'],
    [`Enter passphrase for key '/home/me/.ssh/id': `, '', 'secret'],
    ['(me@db) Verification code: ', '', 'secret'],
    ['Enter PIN for ED25519-SK key /home/me/.ssh/id_sk: ', '', 'secret'],
    ['Confirm user presence for key ED25519-SK SHA256:abc', 'none', 'confirm'],
    ['Allow use of key me?', 'confirm', 'confirm'],
    ['Accept updated hostkeys? (yes/no): ', '', 'confirm'],
    ["Please type 'yes', 'no' or the fingerprint: ", '', 'secret'],
  ] as const)('%j (%s) is %s', (text, mode, kind) => {
    expect(parseSshPrompt(text, mode)).toEqual({ kind, text: text.trim(), hostKey: null })
  })

  it('shows no control character of a host, and is bounded and quick', () => {
    expect(parseSshPrompt('a\u001b[2Jb\u202ec: ', '').text).toBe('a\\u{1b}[2Jb\\u{202e}c:')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (text) => {
        const prompt = parseSshPrompt(`The authenticity of host '${text}`, '')
        expect(prompt.text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
      }),
    )
    const startMs = Date.now()
    parseSshPrompt(
      `The authenticity of host '${'x'.repeat(500_000)}\n${'A '.repeat(100_000)}key fingerprint is ${' '.repeat(100_000)}`,
      '',
    )
    expect(Date.now() - startMs).toBeLessThan(2000)
  })
})
