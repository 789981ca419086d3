import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openExecLink } from '../exec/exec-link'
import type { ScriptRun } from '../target'
import type { ShellLink, ShellProcess } from './shell-link'
import { runShellScript } from './shell-script'

const waitLimit = { timeout: 8000, interval: 20 }

let link: ShellLink
let shells: ShellProcess[]
beforeEach(() => {
  link = openExecLink('sh')
  shells = []
})
afterEach(() => link.dispose())

function run(script: string, args: string[] = [], from: ShellLink = link): ScriptRun {
  return runShellScript({
    script,
    args,
    isElevated: false,
    explainEnd: (end) => from.explainEnd(end),
    async openShell(signal) {
      const shell = await from.openShell(signal)
      shells.push(shell)
      return shell
    },
  })
}

function collect(script: ScriptRun): {
  lines: string[]
  end: Promise<{ code: number | null; signal: string | null; stderr: string }>
} {
  const lines: string[] = []
  script.onLine((line) => lines.push(line))
  return { lines, end: new Promise((resolve) => script.onExit(resolve)) }
}

function isAlive(pid: string | undefined): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
  } catch {
    return false
  }
}

describe('runShellScript', () => {
  it.each([0, 1, 126, 255])(
    'tells the script’s own exit code %i, whatever that of its client is',
    async (code) => {
      const odd = openExecLink('sh -c "sh; exit 77"')
      const { end } = collect(run(`exit ${code}`, [], odd))
      expect(await end).toEqual({ code, signal: null, stderr: '' })
      await odd.dispose()
    },
  )

  it('takes what was written before its shell was there, in order', async () => {
    const script = run('while read -r l; do echo "<$l>"; done')
    script.write('one\n')
    script.write('two\n')
    const { lines, end } = collect(script)
    await vi.waitFor(() => expect(lines).toEqual(['<one>', '<two>']), waitLimit)
    script.write('three\n')
    script.end()
    expect(await end).toMatchObject({ code: 0, stderr: '' })
    expect(lines).toEqual(['<one>', '<two>', '<three>'])
  })

  it('drops a last line without an end, as a local one does, and what the client said before', async () => {
    const noisy = openExecLink('sh -c "echo banner; echo warning >&2; exec sh"')
    const { lines, end } = collect(run('echo whole; echo own >&2; printf part', [], noisy))
    expect(await end).toEqual({ code: 0, signal: null, stderr: 'own\n' })
    expect(lines).toEqual(['whole'])
    await noisy.dispose()
  })

  it('does not let a script speak for it', async () => {
    const { lines, end } = collect(run('echo "$nonce 0"; echo 00000000000000000000000000000000 0; exit 9'))
    expect((await end).code).toBe(9)
    expect(lines).toEqual([' 0', '00000000000000000000000000000000 0'])
  })

  it('ends a script there that does not want to end, with all that it started', async () => {
    const script = run('trap "" TERM HUP INT; echo $$; sleep 61 & echo $!; while :; do sleep 1; done')
    const { lines, end } = collect(script)
    await vi.waitFor(() => expect(lines).toHaveLength(2), waitLimit)
    script.end(50)
    expect(await end).toMatchObject({ code: null, signal: 'SIGKILL' })
    await vi.waitFor(() => expect(lines.filter(isAlive)).toEqual([]), waitLimit)
  })

  it('ends by itself when its client is gone, also a script that does not look at its input', async () => {
    // As with ssh, killing the client does not touch what runs on the other side.
    const far = openExecLink('setsid -w sh')
    const script = run('trap "" TERM HUP INT; echo $$; while :; do sleep 1; done', [], far)
    const { lines, end } = collect(script)
    await vi.waitFor(() => expect(lines).toHaveLength(1), waitLimit)
    shells[0]?.kill()
    expect((await end).code).toBeNull()
    await vi.waitFor(() => expect(isAlive(lines[0])).toBe(false), waitLimit)
    await far.dispose()
  })

  it('says so when the target does not answer any more', async () => {
    const far = openExecLink('setsid -w sh')
    const script = run('echo $$; while read -r l; do :; done', [], far)
    const { lines, end } = collect(script)
    await vi.waitFor(() => expect(lines).toHaveLength(1), waitLimit)
    const session = readFileSync(`/proc/${lines[0]}/stat`, 'latin1').split(') ')[1]?.split(' ')[2]
    process.kill(-Number(session), 'SIGSTOP')
    try {
      script.end(50)
      expect(await end).toMatchObject({
        code: null,
        stderr: expect.stringContaining('may still run') as string,
      })
    } finally {
      process.kill(-Number(session), 'SIGKILL')
      await far.dispose()
    }
  }, 20_000)

  it('is ended before it began, and by a shell that never came', async () => {
    const early = collect(run('echo never'))
    const script = run('echo never; sleep 60')
    const { lines, end } = collect(script)
    script.end()
    expect(await end).toMatchObject({ code: null })
    expect(lines).toEqual([])
    expect((await early.end).code).toBe(0)
    const none = openExecLink('no-such-program-x')
    expect(await collect(run('echo', [], none)).end).toMatchObject({
      code: null,
      stderr: expect.stringContaining('no program') as string,
    })
  })

  it('refuses a script that no argument can hold', () => {
    expect(() => run('x'.repeat(121 * 1024))).toThrow(expect.objectContaining({ code: 'too-large' }))
  })
})
