import { describe, expect, it } from 'vitest'
import { formatText, locales } from '#core/text/catalogue'
import { explainSshEnd, type SshErrorContext } from './ssh-errors'

const context: SshErrorContext = {
  host: 'db',
  code: 255,
  isAuthenticated: false,
  canAsk: true,
  hasRefusedHostKey: false,
  isProxied: false,
  knownHostsPaths: [],
}

const cases: [string, Partial<SshErrorContext>, string, string][] = [
  ['ssh: Could not resolve hostname db: Name or service not known', {}, 'unreachable', 'unknown-host'],
  ['ssh: connect to host db port 22: Connection refused', {}, 'unreachable', 'connection-refused'],
  ['ssh: connect to host db port 22: No route to host', {}, 'unreachable', 'no-route'],
  ['ssh: connect to host db port 22: Network is unreachable', {}, 'unreachable', 'no-route'],
  ['ssh: connect to host db port 22: Connection timed out', {}, 'timeout', 'timed-out'],
  ['ssh: connect to host db port 22: Operation timed out', {}, 'timeout', 'timed-out'],
  ['Connection timed out during banner exchange', {}, 'timeout', 'banner-timeout'],
  ['banner exchange: Connection to 10.0.0.1 port 80: invalid format', {}, 'unreachable', 'not-ssh'],
  ['kex_exchange_identification: read: Connection reset by peer', {}, 'unreachable', 'closed-early'],
  ['ssh_exchange_identification: Connection closed by remote host', {}, 'unreachable', 'closed-early'],
  [
    'bash: nc: command not found\nkex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535',
    { isProxied: true },
    'unreachable',
    'proxy-failed',
  ],
  [
    'channel 0: open failed: connect failed: No route to host\nstdio forwarding failed\nConnection closed by UNKNOWN port 65535',
    { isProxied: true },
    'unreachable',
    'jump-failed',
  ],
  [
    'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss',
    {},
    'unsupported',
    'no-common-algorithm',
  ],
  ['me@db: Permission denied (publickey,password).', {}, 'auth-failed', 'permission-denied'],
  ['me@db: Permission denied (publickey).', { canAsk: false }, 'auth-failed', 'permission-denied-unasked'],
  [
    'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures',
    {},
    'auth-failed',
    'too-many-failures',
  ],
  ['Connection closed by 10.0.0.1 port 22', {}, 'unreachable', 'closed'],
  ['Bad owner or permissions on /home/me/.ssh/config', {}, 'invalid', 'config-error'],
  ['/home/me/.ssh/config: line 3: Bad configuration option: nope', {}, 'invalid', 'config-error'],
  ['Host key verification failed.', {}, 'auth-failed', 'host-key-unknown'],
  ['Host key verification failed.', { hasRefusedHostKey: true }, 'cancelled', 'host-key-refused'],
  ['WARNING: REVOKED HOST KEY DETECTED!', {}, 'host-key-changed', 'host-key-revoked'],
  ['', {}, 'unreachable', 'silent'],
  ['Timeout, server db not responding.', { isAuthenticated: true }, 'unreachable', 'lost'],
  ['client_loop: send disconnect: Broken pipe', { isAuthenticated: true }, 'unreachable', 'lost'],
  ['', { isAuthenticated: true, code: null }, 'unreachable', 'lost'],
  ['sh: not found', { isAuthenticated: true, code: 127 }, 'unsupported', 'no-shell'],
  ['only backups here', { isAuthenticated: true, code: 1 }, 'unsupported', 'session-ended'],
  [
    'This account is currently not available.',
    { isAuthenticated: true, code: 1 },
    'auth-failed',
    'login-refused',
  ],
]

describe('the end of an ssh', () => {
  it.each(cases)('%j', (stderr, its, code, hint) => {
    const error = explainSshEnd(`a banner\r\n${stderr}\r\n`.replace(/^a banner\r\n\r\n/, ''), {
      ...context,
      ...its,
    })
    expect(error).toMatchObject({ code, hint: `connection.${hint}` })
    for (const locale of locales) {
      const sentence = formatText(locale, error.hint ?? '', error.params)
      expect(sentence).not.toMatch(/^connection\.|\{\w+\}/)
    }
  })

  it('shows nothing of a host that a terminal would obey', () => {
    const error = explainSshEnd('\u001b]0;x\u0007 \u202e boom', context)
    expect(error.message + JSON.stringify(error.params)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('is found quickly in any text', () => {
    const startMs = Date.now()
    explainSshEnd(': line '.repeat(600), context)
    explainSshEnd('no matching '.repeat(350), context)
    expect(Date.now() - startMs).toBeLessThan(2000)
  })
})
