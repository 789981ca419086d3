import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canRunSshServer, startSshServer } from '../../../../test/support/ssh-server'
import { createScriptedPrompter, findProcessesWith } from '../../../../test/support/ssh-link-probe'
import type { ShellLink } from '../shell/shell-link'
import { openSshLink, type SshLinkOptions } from './ssh-link'

const waitLimit = { timeout: 5000, interval: 20 }
const startLimit = { timeout: 15_000, interval: 20 }
const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** What a fake ssh answers to -V and -G, before it misbehaves. */
const preamble = `#!/bin/sh
case "$*" in
  -V) echo 'OpenSSH_9.2p1' >&2; exit 0 ;;
  '-G '*) printf 'hostname x\\nport 22\\nuser me\\n'; exit 0 ;;
esac
`

describe('a fake ssh', () => {
  let folder: string
  const links: ShellLink[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bt-'))
    vi.stubEnv('TMPDIR', folder)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await Promise.all(links.splice(0).map((link) => link.dispose()))
    await vi.waitFor(() => expect(findProcessesWith(folder)).toEqual([]))
    rmSync(folder, { recursive: true })
  })

  function open(script: string, options: SshLinkOptions = {}) {
    const sshPath = join(folder, 'fake-ssh')
    writeFileSync(sshPath, preamble + script)
    chmodSync(sshPath, 0o755)
    const link = openSshLink('host', { sshPath, hasTerminal: false, ...options })
    links.push(link)
    return link
  }

  it.each([
    ['dies without a word', 'exit 255', { code: 'unreachable', hint: 'connection.silent' }],
    ['is killed', 'kill -9 $$', { code: 'unreachable', hint: 'connection.silent' }],
    [
      'says what no ssh says, with escapes',
      `printf 'boom \\033[31m\\007\\n' >&2; exit 3`,
      { code: 'unreachable', hint: 'connection.other', params: { text: 'boom \\u{1b}[31m\\u{7}' } },
    ],
    [
      'sends a line without an end',
      `head -c 30000000 /dev/zero | tr '\\0' x >&2; exit 255`,
      { code: 'unreachable', hint: 'connection.other' },
    ],
    [
      'pretends a changed key of another file',
      `echo 'WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!
Offending ED25519 key in /etc/shadow:1
Host key for x has changed and you have requested strict checking.' >&2; exit 255`,
      { code: 'host-key-changed', params: { oldFingerprint: '?' } },
    ],
  ])('%s: told', async (_, script, error) => {
    const link = open(script)
    await expect(link.openShell()).rejects.toMatchObject(error)
  })

  it('hangs: given up, and its children end with it', async () => {
    const link = open(`sleep 1000 & echo $! >${folder}/child; sleep 1000`)
    const abort = new AbortController()
    const opening = link.openShell(abort.signal)
    await vi.waitFor(() => expect(existsSync(join(folder, 'child'))).toBe(true), startLimit)
    abort.abort()
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    await link.dispose()
    const child = readFileSync(join(folder, 'child'), 'utf8').trim()
    // Nobody may have waited for it yet.
    await vi.waitFor(() => expect(readCommandLine(child)).toBe(''))
  })

  it('hangs when it is asked what a name means: given up at once', async () => {
    const sshPath = join(folder, 'fake-ssh')
    writeFileSync(sshPath, '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 })
    const link = openSshLink('host', { sshPath, hasTerminal: false })
    const opening = link.openShell()
    const startMs = Date.now()
    await link.dispose()
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    expect(Date.now() - startMs).toBeLessThan(2000)
  })

  it('hangs: a time limit for each step, but none while a person is asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const clock = setInterval(() => vi.advanceTimersByTime(500), 20)
    try {
      await expect(open('sleep 1000').openShell()).rejects.toMatchObject({
        code: 'timeout',
        hint: 'connection.timed-out',
      })
      const reached = open(`echo 'debug1: Remote protocol version 2.0, x' >&2; sleep 1000`)
      await expect(reached.openShell()).rejects.toMatchObject({
        code: 'timeout',
        hint: 'connection.authentication-timeout',
      })
      const prompter = createScriptedPrompter(async () => {
        await vi.advanceTimersByTimeAsync(120_000)
        return 'late'
      })
      const asked = open(`"$SSH_ASKPASS" 'Password: ' >${folder}/answer; echo nothing more >&2; exit 255`, {
        prompter,
      })
      await expect(asked.openShell()).rejects.toMatchObject({ hint: 'connection.other' })
      expect(readFileSync(join(folder, 'answer'), 'utf8')).toBe('late\n')
    } finally {
      clearInterval(clock)
      vi.useRealTimers()
    }
  }, 60_000)

  it('sends endless output on both sides: bounded', async () => {
    const link = open(`yes 'debug1: spam' >&2 & yes noise`)
    const shell = await link.openShell()
    const before = process.memoryUsage().rss
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
    shell.kill()
    expect((await shell.ended).stderr.length).toBeLessThan(5000)
    await link.dispose()
  })

  it('asks many things at once and a touch: each gets its own answer', async () => {
    const script = `
for i in 1 2 3; do "$SSH_ASKPASS" "Password $i: " >${folder}/got.$i & done
SSH_ASKPASS_PROMPT=confirm "$SSH_ASKPASS" 'Allow use of key?' >/dev/null && echo allowed >${folder}/got.4 &
SSH_ASKPASS_PROMPT=none "$SSH_ASKPASS" 'Confirm user presence for key' & touch=$!
for i in 1 2 3 4; do while ! [ -s ${folder}/got.$i ]; do sleep 0.05; done; done
kill $touch; wait $touch
echo finished >&2; exit 255`
    const prompter = createScriptedPrompter(({ text, kind }) => (kind === 'secret' ? `to ${text}` : 'yes'))
    await expect(open(script, { prompter }).openShell()).rejects.toMatchObject({
      params: { text: 'finished' },
    })
    for (const i of [1, 2, 3])
      expect(readFileSync(join(folder, `got.${i}`), 'utf8')).toBe(`to Password ${i}:\n`)
    expect(prompter.asked.map(({ kind }) => kind).sort()).toEqual([
      'confirm',
      'confirm',
      'secret',
      'secret',
      'secret',
    ])
  })
})

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Runs its arguments on a terminal of their own, types the password (standard input) when it is asked for, shows all. */
const typist = `
import os, pty, sys
secret = sys.stdin.readline()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b''
typed = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if not typed and b'password:' in seen:
        typed = True
        os.write(terminal, secret.encode())
sys.stdout.write(seen.decode())
`

/** A Node program without a prompter. */
const terminalProgram = `
const [modulePath, host, configPath] = process.argv.slice(1)
const { openSshLink } = await import(modulePath)
const link = openSshLink(host, { configPath })
const shell = await link.openShell().catch((error) => console.log('failed', error.hint))
shell?.stdin.write('echo I am $(id -un)\\n')
shell?.stdout.once('data', async (data) => {
  console.log(String(data))
  await link.dispose()
})
`

/** A Node program with a link: two shells and a connection, or a question that nobody answers. */
const appProgram = `
const [modulePath, host, configPath, port] = process.argv.slice(1)
const { openSshLink } = await import(modulePath)
const ask = () => (console.log('busy'), new Promise(() => {}))
const link = openSshLink(host, { configPath, hasTerminal: false, prompter: { ask } })
await link.openShell()
await link.openShell()
await link.connect('127.0.0.1', Number(port), 5000)
console.log('busy')
setInterval(() => {}, 1000)
`

/** ssh-link.ts as one module that plain Node loads. */
async function buildLink(folder: string): Promise<string> {
  const outDir = join(folder, 'out')
  const entry = 'src/main/targets/ssh/ssh-link.ts'
  await build({ configFile: false, root, logLevel: 'silent', build: { ssr: entry, outDir } })
  return join(outDir, readdirSync(outDir)[0] ?? '')
}

describe.runIf(canRunSshServer())('a command on a terminal', () => {
  it('lets ssh ask there by itself, and without one fails at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bt-'))
    const password = 'typed by hand'
    const server = await startSshServer({
      banner: 'welcome \u001b[31m\n',
      users: { 'with-password': { password, hasKeys: false } },
    })
    try {
      server.addHost('rig', { User: 'with-password' })
      const args = [
        '--input-type=module',
        '-e',
        terminalProgram,
        await buildLink(folder),
        'rig',
        server.clientConfigPath,
      ]
      const input = `${password}\n`
      const env = { ...process.env, TMPDIR: folder }
      const typed = spawnSync('python3', ['-c', typist, process.execPath, ...args], {
        input,
        env,
        encoding: 'utf8',
      })
      expect(typed.stdout, typed.stderr).toContain('I am with-password')
      expect(typed.stdout).toContain('welcome \\')
      expect(typed.stdout).not.toContain(password)
      expect(typed.stdout).not.toContain('debug1')
      const alone = spawnSync('setsid', ['-w', process.execPath, ...args], {
        env,
        encoding: 'utf8',
        input: '',
      })
      expect(alone.stdout).toBe('failed connection.permission-denied-unasked\n')
      expect(findProcessesWith(server.clientConfigPath)).toEqual([])
      await vi.waitFor(() => expect(findProcessesWith(folder)).toEqual([]), waitLimit)
      expect(readdirSync(folder)).toEqual(['out'])
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true })
    }
  })
})

describe.runIf(canRunSshServer())('an app that is killed', () => {
  it.each(['plain', 'with-password'])('leaves no ssh and no folder behind (%s)', async (user) => {
    const folder = mkdtempSync(join(tmpdir(), 'bt-'))
    const server = await startSshServer({
      users: { plain: {}, 'with-password': { password: 'x', hasKeys: false } },
    })
    // It never closes its side.
    const silent = createServer({ allowHalfOpen: true }, () => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    try {
      server.addHost('rig', { User: user })
      const modulePath = await buildLink(folder)
      const args = [
        '--input-type=module',
        '-e',
        appProgram,
        modulePath,
        'rig',
        server.clientConfigPath,
        String(port),
      ]
      const app = spawn(process.execPath, args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: folder },
      })
      await new Promise((resolve) => app.stdout.once('data', resolve))
      expect(findProcessesWith(server.clientConfigPath).length).toBeGreaterThan(1)
      app.kill('SIGKILL')
      await vi.waitFor(() => expect(findProcessesWith(server.clientConfigPath)).toEqual([]), waitLimit)
      await vi.waitFor(() => expect(findProcessesWith(folder)).toEqual([]), waitLimit)
      await vi.waitFor(() => expect(server.sessionPids()).toEqual([]), waitLimit)
      expect(readdirSync(folder).filter((name) => name.startsWith('ballonet-ssh-'))).toEqual([])
    } finally {
      silent.close()
      await server.stop()
      rmSync(folder, { recursive: true })
    }
  })
})
