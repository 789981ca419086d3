import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { formatSshDestination, parseSshHost } from './parse-ssh-host'

describe('a host for ssh', () => {
  it.each([
    ['db', null, 'db', null],
    ['db-1.prod_eu.example.com', null, 'db-1.prod_eu.example.com', null],
    ['me@db', 'me', 'db', null],
    ['user@domain@db', 'user@domain', 'db', null],
    ['me%target+x#y@bastion', 'me%target+x#y', 'bastion', null],
    ['::1', null, '::1', null],
    ['me@fe80::1%eth0', 'me', 'fe80::1%eth0', null],
    ['[2001:db8::1]', null, '2001:db8::1', null],
    ['生产', null, '生产', null],
    ['prod/db', null, 'prod/db', null],
    ['ssh://db', null, 'db', null],
    ['ssh://me@db:2222', 'me', 'db', 2222],
    ['ssh://me@[::1]:2222/', 'me', '::1', 2222],
    ['ssh://a%40b@db', 'a@b', 'db', null],
  ])('%s', (text, user, host, port) => {
    expect(parseSshHost(text)).toEqual({ user, host, port })
  })

  it.each([
    ['', 'host-empty'],
    ['me@', 'host-empty'],
    ['@db', 'host-empty'],
    ['-oProxyCommand=x', 'option'],
    ['-l@db', 'option'],
    ['me@-x', 'option'],
    ['ssh://-x', 'option'],
    ['ssh://%2Dx@db', 'option'],
    ['a b', 'host-characters'],
    ['a\nb', 'host-characters'],
    ['a\0', 'host-characters'],
    ['$(id)', 'host-characters'],
    ['`id`', 'host-characters'],
    ['a;b', 'host-characters'],
    ['a|b@db', 'host-characters'],
    ["a'b", 'host-characters'],
    ['a\\b', 'host-characters'],
    ['*', 'host-characters'],
    ['!a', 'host-characters'],
    ['~', 'host-characters'],
    ['\u202edb', 'host-characters'],
    ['sftp://db', 'host-characters'],
    ['ssh://%zz@db', 'host-characters'],
    ['ssh://db:0', 'port'],
    ['ssh://db:65536', 'port'],
    ['ssh://db:123456', 'port'],
    ['a'.repeat(256), 'too-long'],
    ['a'.repeat(100_000), 'too-long'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseSshHost(text)).toThrow(
      expect.objectContaining({ code: 'invalid', hint: `connection.host.${reason}` }) as Error,
    )
  })

  it('never gives what a shell or ssh takes for more than a word, and throws nothing but AppError', () => {
    const pieces = fc.constantFrom(
      '-',
      'o',
      '@',
      ':',
      'ssh://',
      '%24',
      '[',
      ']',
      '$(',
      ')',
      ' ',
      '\n',
      "'",
      '/',
      'é',
      '\u200b',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((list) => list.join('')),
        ),
        (text) => {
          try {
            const { user, host, port } = parseSshHost(text)
            for (const part of [user, host]) {
              if (part === null) continue
              expect(part).not.toMatch(/^-|[\s\p{C}"'`$\\;&|<>(){}[\]*?!~^]/u)
              expect(part).not.toBe('')
            }
            if (port !== null) expect(port > 0 && port < 65_536).toBe(true)
          } catch (error) {
            if (!(error instanceof AppError)) throw error
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is shown as it was written', () => {
    expect(formatSshDestination({ user: 'me', host: 'db', port: 22 })).toBe('me@db:22')
    expect(formatSshDestination({ user: null, host: 'db', port: null })).toBe('db')
  })
})
