import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeFakeSudo, ordinaryUid, type FakeSudo } from '../../../../test/support/fake-sudo'
import { openExecLink } from '../exec/exec-link'
import type { ScriptRun, Target } from '../target'
import type { ShellLink, ShellProcess } from './shell-link'
import { openShellTarget } from './shell-target'

const waitLimit = { timeout: 10_000, interval: 10 }
const rootsFile = { kind: 'file', path: `/proc/${process.pid}/smaps_rollup` } as const

describe.runIf(process.getuid?.() === 0)('an ordinary user who may use sudo', () => {
  let sudo: FakeSudo
  let target: Target
  let shells: ShellProcess[]
  beforeEach(async () => {
    sudo = makeFakeSudo()
    shells = []
    const exec = openExecLink(sudo.shellCommand)
    const link: ShellLink = {
      ...exec,
      async openShell(signal) {
        const shell = await exec.openShell(signal)
        shells.push(shell)
        return shell
      },
    }
    target = await openShellTarget({ spec: 'exec:x', label: 'x', link, isRemote: false })
  })
  afterEach(async () => {
    await target.dispose()
    sudo.remove()
  })

  function readEnd(run: ScriptRun): Promise<string> {
    const lines: string[] = []
    run.onLine((line) => lines.push(line))
    return new Promise((resolve) => run.onExit(() => resolve(lines.join('\n'))))
  }

  it('reads as root after elevate, in every shell', async () => {
    expect(target.host.uid).toBe(ordinaryUid)
    expect(target.capabilities.elevate).toBe(true)
    expect(await target.read([rootsFile])).toMatchObject([
      { ok: false, error: { code: 'permission-denied' } },
    ])
    const changes = vi.fn()
    target.onChange(changes)
    const pending = target.poll({ stat: true, reads: [] })
    await target.elevate()
    expect((await pending).stat?.count).toBeGreaterThan(1)
    expect(changes).toHaveBeenCalledOnce()
    expect(target.host.uid).toBe(0)
    expect(target.capabilities.elevate).toBe(false)
    expect(await target.read([rootsFile])).toMatchObject([{ ok: true }])
    expect((await target.poll({ stat: false, reads: [rootsFile] })).reads).toMatchObject([{ ok: true }])
    expect(await readEnd(target.runScript('id -u', []))).toBe('0')
    await expect(target.elevate()).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('keeps what it had when sudo does not let in', async () => {
    sudo.refuse()
    await expect(target.elevate()).rejects.toMatchObject({
      code: 'permission-denied',
      hint: 'connection.elevate.failed',
    })
    expect(target.connection.phase).toBe('connected')
    expect(target.host.uid).toBe(ordinaryUid)
    expect((await target.poll({ stat: true, reads: [] })).stat?.count).toBeGreaterThan(1)
  })

  it('comes back as root, or as itself where sudo does not let in any more', async () => {
    await target.elevate()
    const lose = async (): Promise<void> => {
      for (const shell of shells) {
        shell.kill()
        // Of root's processes only the input can be ended.
        shell.stdin.destroy()
      }
      await vi.waitFor(() => expect(target.connection.phase).toBe('lost'), waitLimit)
      await vi.waitFor(() => expect(target.connection.phase).toBe('connected'), waitLimit)
    }
    await lose()
    expect(target.host.uid).toBe(0)
    sudo.refuse()
    await lose()
    expect(target.host.uid).toBe(ordinaryUid)
    expect(target.capabilities.elevate).toBe(false)
    expect((await target.poll({ stat: true, reads: [] })).stat?.count).toBeGreaterThan(1)
  })
})
