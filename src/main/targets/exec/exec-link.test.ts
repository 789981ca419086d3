import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppError } from '#core/errors'
import { formatText } from '#core/text/catalogue'
import { listMarked } from '../../../../test/support/process-list'
import { startInShell } from '../shell/shell-bootstrap'
import { explainExecEnd } from './exec-errors'
import { openExecLink } from './exec-link'

const waitLimit = { timeout: 5000, interval: 20 }
const markName = 'BALLONET_TEST_MARK'

let folder: string
let mark: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballonet-exec-'))
  mark = `${markName}=${folder}`
  process.env[markName] = folder
})
afterEach(async () => {
  // Nothing stays, whatever the command was.
  await vi.waitFor(() => expect(listMarked(mark)).toEqual([]), waitLimit)
  Reflect.deleteProperty(process.env, markName)
  rmSync(folder, { recursive: true })
})

/** Starts the command as a target would; how that failed, and after what time. */
async function tryStart(command: string, timeoutMs = 1000): Promise<{ error: AppError | null; ms: number }> {
  const link = openExecLink(command)
  const startMs = performance.now()
  try {
    const shell = await link.openShell()
    await startInShell(shell, { command: 'exec cat', timeoutMs, explainEnd: (end) => link.explainEnd(end) })
    return { error: null, ms: performance.now() - startMs }
  } catch (error) {
    return { error: error as AppError, ms: performance.now() - startMs }
  } finally {
    await link.dispose()
  }
}

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o755 })
  return path
}

describe('a command that gives a shell', () => {
  it.each([
    'sh',
    'bash',
    'bash -i',
    'dash',
    'ksh',
    'mksh',
    'zsh',
    'busybox sh',
    'env -i sh',
    `sh -c "echo a banner; exec sh"`,
    'sh -c "printf no-newline; exec sh"',
    'bash -xv',
    'setpriv --reuid 65534 --clear-groups sh',
    'unshare -fp --mount-proc sh',
    `nsenter -t ${process.pid} -a sh`,
  ])('%s', async (command) => {
    // An interactive shell reads a profile: that of the machine may be slow.
    vi.stubEnv('HOME', folder)
    try {
      expect(await tryStart(command, 10_000)).toMatchObject({ error: null })
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a command that gives none', () => {
  it.each([
    ['true', 'unreachable', 'true ended with status 0'],
    ['false', 'unreachable', 'false ended with status 1'],
    ['yes', 'unsupported', 'y y y y'],
    ['cat', 'unsupported', 'echo ballonet-'],
    ['sh -c "echo sorry >&2; exit 3"', 'unreachable', 'with status 3: sorry'],
    ['sh -c "echo Access denied."', 'unreachable', 'it printed: Access denied.'],
    ['sh -c "kill -9 $$"', 'unreachable', 'SIGKILL'],
    ['no-such-program-x', 'unsupported', 'no program no-such-program-x'],
    ['/etc/passwd', 'unsupported', 'can not be run'],
    ['python3', 'unreachable', 'SyntaxError'],
    ['fish', 'unreachable', 'fish ended with status'],
    ['sh -c "head -c 1000000000 /dev/zero; sleep 60"', 'unsupported', 'not a POSIX shell'],
  ])(
    '%s',
    async (command, code, message) => {
      // Long before its time is over, which would be another code.
      const { error } = await tryStart(command, 60_000)
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string })
      const text = formatText('en', error?.hint ?? '', error?.params)
      expect(text).not.toMatch(/^connection\.|\{/)
      // eslint-disable-next-line no-control-regex -- what must not get out
      expect(text).not.toMatch(/[\u0000-\u001f\u007f]/)
    },
    70_000,
  )

  it.each(['sleep 60', 'sh -c "echo hello; sleep 60"', 'sh -c "trap : TERM HUP INT; sleep 60; sleep 60"'])(
    '%s: told when its time is over',
    async (command) => {
      const { error, ms } = await tryStart(command, 700)
      expect(error).toMatchObject({ code: 'timeout', params: { seconds: 1 } })
      expect(ms).toBeLessThan(4000)
      if (command.includes('hello')) expect(error?.params).toMatchObject({ printed: 'hello' })
    },
  )

  it('shows nothing that a terminal would obey', async () => {
    const path = script('evil', '#!/bin/sh\nprintf "\\033]0;owned\\007\\033[2J\\302\\233evil" >&2\nexit 1\n')
    const { error } = await tryStart(path)
    expect(error?.message).toContain('evil')
    // eslint-disable-next-line no-control-regex -- what must not get out
    expect(error?.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })
})

describe('a shell of a command', () => {
  it('ends with all of its group when it is killed', async () => {
    const link = openExecLink('sh')
    const shell = await link.openShell()
    shell.stdin.write('sleep 60 & sleep 61 & wait\n')
    await vi.waitFor(() => expect(listMarked(mark)).toHaveLength(3), waitLimit)
    shell.kill()
    expect(await shell.ended).toMatchObject({ code: null, signal: 'SIGKILL' })
    await vi.waitFor(() => expect(listMarked(mark)).toEqual([]), waitLimit)
    await link.dispose()
    await expect(link.openShell()).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('keeps the last 4 KiB of standard error, and its exit code', async () => {
    const link = openExecLink('sh')
    const shell = await link.openShell()
    shell.stdin.end('i=0; while [ $i -lt 900 ]; do echo "error $i" >&2; i=$((i+1)); done; exit 5\n')
    const end = await shell.ended
    expect(end).toMatchObject({ code: 5, signal: null })
    expect(end.stderr.length).toBeLessThanOrEqual(4096)
    expect(end.stderr.endsWith('error 899\n')).toBe(true)
    await link.dispose()
  })

  it('does not start for somebody who does not want it any more', async () => {
    const link = openExecLink('sh')
    await expect(link.openShell(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
    const aborting = new AbortController()
    const opening = link.openShell(aborting.signal)
    aborting.abort()
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    await link.dispose()
  })
})

describe('explainExecEnd', () => {
  it.each([
    ['sudo: a password is required', 'auth-failed', 'sudoPassword'],
    [
      'sudo: a terminal is required to read the password; either use the -S option',
      'auth-failed',
      'sudoPassword',
    ],
    ['bob is not in the sudoers file.', 'auth-failed', 'sudoRefused'],
    ['Error response from daemon: No such container: nope', 'unreachable', 'noContainer'],
    ['Error response from daemon: Container 0a1b is not running', 'unreachable', 'noContainer'],
    ['Error response from daemon: container 0a1b is not running', 'unreachable', 'noContainer'],
    ['Error: no container with name or ID "x" found: no such container', 'unreachable', 'noContainer'],
    ['Error from server (NotFound): pods "web-1" not found', 'unreachable', 'noContainer'],
    ['Error from server (Forbidden): pods "web-1" is forbidden', 'auth-failed', 'refused'],
    ['error: You must be logged in to the server (Unauthorized)', 'auth-failed', 'refused'],
    [
      'permission denied while trying to connect to the Docker daemon socket',
      'permission-denied',
      'daemonDenied',
    ],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.', 'unreachable', 'daemonAway'],
    ['The connection to the server localhost:8080 was refused', 'unreachable', 'daemonAway'],
    [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
      'unsupported',
      'noShellInside',
    ],
    ['the input device is not a TTY', 'unsupported', 'noTty'],
    ['something else', 'unreachable', 'endedPrinted'],
    ['', 'unreachable', 'ended'],
  ])('%s', (stderr, code, hint) => {
    const error = explainExecEnd('docker', { code: 1, signal: null, stderr })
    expect(error).toMatchObject({ code, hint: `connection.exec.${hint}` })
  })
})
