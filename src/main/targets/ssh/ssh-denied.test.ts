import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSampler } from '#main/sampling/create-sampler'
import { canRunSshServer, startSshServer, type SshServer } from '../../../../test/support/ssh-server'
import { createWatchRecorder } from '../../../../test/support/watch-recorder'
import { openShellTarget } from '../shell/shell-target'
import type { ReadRequest, ReadResult, Target } from '../target'
import { openSshLink } from './ssh-link'

const waitLimit = { timeout: 15_000, interval: 20 }

describe.runIf(canRunSshServer())('an ordinary user over ssh', () => {
  let server: SshServer
  let target: Target
  const children: ChildProcess[] = []

  beforeAll(async () => {
    server = await startSshServer({ users: { plain: {} } })
    server.addHost('rig', { User: 'plain' })
    const link = openSshLink('rig', { configPath: server.clientConfigPath, hasTerminal: false })
    target = await openShellTarget({ spec: 'ssh:rig', label: 'rig', link, isRemote: true })
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  afterAll(async () => {
    await target.dispose()
    await server.stop()
  })

  async function startAs(name: string): Promise<number> {
    const uid = String(server.addUser(name).uid)
    const args = ['--reuid', uid, '--regid', uid, '--clear-groups', 'sleep', '60']
    const child = spawn('setpriv', args, {
      stdio: 'ignore',
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', MARK: 'own' },
    })
    children.push(child)
    const pid = child.pid ?? -1
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), waitLimit)
    return pid
  }

  /** A process of the user that logs in: its own shell, as the host names it. */
  async function findOwn(): Promise<number> {
    const uid = target.host.uid
    const { stat } = await target.poll({ stat: true, reads: [] })
    const pids = [...(stat?.pids.subarray(0, stat.count) ?? [])]
    const own = pids.find((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        return (
          status.includes(`Uid:\t${uid}\t`) &&
          /^Name:\t(sh|dash|mawk|gawk|awk|busybox)$/m.test(status) &&
          // What other tests ended may wait for the machine's init.
          !/^State:\tZ/m.test(status)
        )
      } catch {
        return false
      }
    })
    expect(own).toBeDefined()
    return own ?? -1
  }

  async function readAll(pid: number): Promise<Record<string, string>> {
    const at = `/proc/${pid}`
    const requests: [string, ReadRequest][] = [
      ['smaps_rollup', { kind: 'file', path: `${at}/smaps_rollup` }],
      ['environ', { kind: 'file', path: `${at}/environ` }],
      ['exe', { kind: 'link', path: `${at}/exe` }],
      ['bytes of exe', { kind: 'file', path: `${at}/exe`, maxBytes: 64, mayCut: true }],
      ['fd', { kind: 'links', path: `${at}/fd` }],
      ['status', { kind: 'file', path: `${at}/status` }],
      ['cmdline', { kind: 'file', path: `${at}/cmdline` }],
    ]
    const results = await target.read(requests.map(([, request]) => request))
    const toCode = (result: ReadResult | undefined): string =>
      result === undefined ? 'none' : result.ok ? 'ok' : result.error.code
    return Object.fromEntries(requests.map(([name], index) => [name, toCode(results[index])]))
  }

  it("is denied what is another user's, and reads what is its own", async () => {
    const denied = 'permission-denied'
    const other = { smaps_rollup: denied, environ: denied, exe: denied, 'bytes of exe': denied, fd: denied }
    const open = { status: 'ok', cmdline: 'ok' }
    expect(await readAll(await startAs('other'))).toEqual({ ...other, ...open })
    expect(await readAll(process.pid)).toEqual({ ...other, ...open })
    const own = Object.fromEntries(Object.keys(other).map((name) => [name, 'ok']))
    expect(await readAll(await findOwn())).toEqual({ ...own, ...open })
  })

  it('is told by the sampler why numbers are missing', async () => {
    const sampler = await createSampler(target, { intervalMs: 250 })
    try {
      const watch = async (pid: number) => {
        const key = await sampler.findKey(pid)
        if (key === null) throw new Error(`no process ${pid}`)
        const recorder = createWatchRecorder()
        return { recorder, facts: (await sampler.watch(key, recorder)).facts }
      }
      const other = await watch(await startAs('another'))
      expect(other.facts.absent).toMatchObject({ environ: 'permission-denied', exe: 'permission-denied' })
      expect(other.facts.exePath).toBeNull()
      await vi.waitFor(
        () =>
          expect(other.recorder.samples.at(-1)).toMatchObject({
            rollup: null,
            rssBytes: expect.any(Number) as number,
            absent: { smaps_rollup: 'permission-denied' },
          }),
        waitLimit,
      )
      const own = await watch(await findOwn())
      expect(own.facts.absent).not.toHaveProperty('environ')
      expect(own.facts.exePath).toMatch(/^\//)
      await vi.waitFor(() => expect(own.recorder.samples.at(-1)?.rollup).not.toBeNull(), waitLimit)
    } finally {
      await sampler.dispose()
    }
  })
})
