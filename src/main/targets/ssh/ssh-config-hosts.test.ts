import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { explainSshHost } from './explain-ssh-host'
import { listSshHosts } from './ssh-config-hosts'

describe('the hosts of a person', () => {
  let home: string
  const write = (path: string, text: string): void => writeFileSync(join(home, '.ssh', path), text)
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bt-'))
    mkdirSync(join(home, '.ssh/conf.d/deep'), { recursive: true })
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('are those of the configuration and its Includes, then those of known_hosts', async () => {
    write(
      'config',
      `Include ~/.ssh/conf.d/*.conf\nInclude conf.d/*/x.?onf\nInclude ${home}/nowhere\nHost last *.no\n`,
    )
    write('conf.d/b.conf', 'Host b\nInclude config\n')
    write('conf.d/a.conf', 'Host a\n')
    write('conf.d/.hidden.conf', 'Host hidden\n')
    write('conf.d/deep/x.conf', 'Host deep\n')
    write('known_hosts', 'a ssh-ed25519 AAAA\nknown ssh-ed25519 AAAA\n')
    const choices = await listSshHosts(home)
    expect(choices.map(({ name }) => name).sort()).toEqual(['a', 'b', 'deep', 'known', 'last'])
    expect(choices.find(({ name }) => name === 'known')?.source).toBe('known_hosts')
    expect(choices.find(({ name }) => name === 'a')?.source).toBe('config')
  })

  it('are none without a configuration, and a FIFO or endless Includes do not hold anybody up', async () => {
    expect(await listSshHosts(join(home, 'nobody'))).toEqual([])
    execFileSync('mkfifo', [join(home, '.ssh/known_hosts')])
    for (let i = 0; i < 100; i++) write(`f${i}`, `Host h${i}\nInclude f${i + 1} f*\n`)
    write('config', 'Include f0\n')
    expect((await listSshHosts(home)).length).toBeLessThan(70)
  })

  it('mean what ssh -G says', async () => {
    write('config', 'Host db\n  HostName 10.1.2.3\n  Port 2200\n  User me\n  ProxyJump bastion\n')
    const configPath = join(home, '.ssh/config')
    expect(await explainSshHost('db', { configPath })).toEqual({
      hostname: '10.1.2.3',
      user: 'me',
      port: 2200,
      proxyJump: 'bastion',
    })
    await expect(explainSshHost('-oX', { configPath })).rejects.toMatchObject({ code: 'invalid' })
    write('config', 'Nonsense yes\n')
    await expect(explainSshHost('db', { configPath })).rejects.toMatchObject({
      code: 'invalid',
      params: { text: expect.stringContaining('onsense') as string },
    })
  })
})
