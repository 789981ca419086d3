import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createScriptedPrompter } from '../../../../test/support/ssh-link-probe'
import { canRunSshServer, startSshServer, type SshServer } from '../../../../test/support/ssh-server'
import { openSshLink } from '../ssh/ssh-link'
import type { Connection, Target } from '../target'
import { openShellTarget } from './shell-target'

const waitLimit = { timeout: 20_000, interval: 20 }
const password = 'a pass word'

describe.runIf(canRunSshServer())('a connection over ssh that breaks', () => {
  let server: SshServer
  let targets: Target[]
  beforeAll(async () => {
    server = await startSshServer()
    server.addUser('typist', { password, hasKeys: false })
    server.addHost('by-key', { User: 'root' })
    server.addHost('by-password', { User: 'typist' })
  })
  afterAll(() => server.stop())
  beforeEach(() => (targets = []))
  afterEach(async () => {
    for (const target of targets) await target.dispose()
    // sshd takes a moment to notice.
    await vi.waitFor(() => expect(server.sessionPids()).toEqual([]), waitLimit)
  })

  async function open(host: string, link: Parameters<typeof openSshLink>[1] = {}): Promise<Target> {
    const target = await openShellTarget({
      spec: `ssh:${host}`,
      label: host,
      isRemote: true,
      link: openSshLink(host, { configPath: server.clientConfigPath, hasTerminal: false, ...link }),
    })
    targets.push(target)
    return target
  }

  async function waitForPhase(target: Target, phase: Connection['phase']): Promise<void> {
    await vi.waitFor(() => expect(target.connection.phase).toBe(phase), waitLimit)
  }

  it('comes back by itself, with every lane, after its sessions were killed and after the server was gone', async () => {
    const target = await open('by-key')
    const work = async (): Promise<void> => {
      expect((await target.poll({ stat: true, reads: [] })).stat?.count).toBeGreaterThan(1)
      expect(await target.read([{ kind: 'file', path: '/proc/uptime' }])).toMatchObject([{ ok: true }])
    }
    await work()
    server.killSessions()
    await waitForPhase(target, 'lost')
    await waitForPhase(target, 'connected')
    await work()
    await server.halt()
    await waitForPhase(target, 'lost')
    await vi.waitFor(
      () =>
        expect(target.connection).toMatchObject({
          phase: 'lost',
          error: { hint: 'connection.connection-refused' },
        }),
      waitLimit,
    )
    await server.restart()
    target.reconnect()
    await waitForPhase(target, 'connected')
    await work()
  })

  it('asks for a password once after a loss', async () => {
    const prompter = createScriptedPrompter(() => password)
    const target = await open('by-password', { prompter })
    const count = (): number => prompter.asked.filter(({ kind }) => kind === 'secret').length
    expect(count()).toBe(1)
    server.killSessions()
    await waitForPhase(target, 'lost')
    await waitForPhase(target, 'connected')
    expect(count()).toBe(2)
    expect((await target.poll({ stat: true, reads: [] })).stat?.count).toBeGreaterThan(1)
  })

  it('asks nobody again who gave up', async () => {
    let answer: string | null = password
    const prompter = createScriptedPrompter(() => answer)
    const target = await open('by-password', { prompter })
    answer = null
    server.killSessions()
    await waitForPhase(target, 'failed')
    expect(prompter.asked.filter(({ kind }) => kind === 'secret')).toHaveLength(2)
    answer = password
    target.reconnect()
    await waitForPhase(target, 'connected')
  })
})
