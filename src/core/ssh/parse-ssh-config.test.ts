import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseKnownHostNames, parseSshConfig } from './parse-ssh-config'
import { parseSshSettings } from './parse-ssh-meaning'

describe('the names of an ssh_config', () => {
  it('are those of Host lines without wildcards, and what is included', () => {
    const text = [
      'Include ~/.ssh/conf.d/* "with space/x.conf"',
      '# Host commented',
      'Host db1 db-2.prod web_3 # a remark',
      '  HostName 10.0.0.1',
      'HOST=eq',
      '\thost "quoted name" quoted *.wild !not -oProxyCommand=x $(id)',
      'Match host other exec "x"',
      'Host 生产\r',
    ].join('\n')
    expect(parseSshConfig(text)).toEqual({
      hosts: ['db1', 'db-2.prod', 'web_3', 'eq', 'quoted', '生产'],
      includes: ['~/.ssh/conf.d/*', 'with space/x.conf'],
    })
  })

  it('of known_hosts are the readable ones', () => {
    const text = [
      '|1|abc=|def= ssh-ed25519 AAAA',
      'db,10.0.0.1 ssh-ed25519 AAAA',
      '[db]:2222 ssh-rsa AAAA',
      '[::1]:2222 ssh-rsa AAAA',
      '@cert-authority *.x ssh-rsa AAAA',
      '*.wild ssh-rsa AAAA',
      '# remark',
      '-oX ssh-rsa AAAA',
    ].join('\n')
    expect(parseKnownHostNames(text)).toEqual(['db', '10.0.0.1', 'ssh://db:2222', 'ssh://[::1]:2222'])
  })

  it('can be read out of any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        parseSshConfig(`Host ${text}`)
        parseKnownHostNames(text)
        parseSshSettings(text)
      }),
    )
  })
})

describe('ssh -G', () => {
  it('tells what a name means', () => {
    const text =
      'host x\nuser me\nhostname 10.0.0.1\nport 2222\nport 1\nproxyjump bastion\nstricthostkeychecking false\nuserknownhostsfile /a /b\nconnecttimeout none\n'
    expect(parseSshSettings(text)).toEqual({
      hostname: '10.0.0.1',
      user: 'me',
      port: 2222,
      proxyJump: 'bastion',
      isProxied: true,
      acceptsAnyKey: true,
      hasConnectTimeout: false,
      knownHostsPaths: ['/a', '/b'],
    })
  })
})
