import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConnectStep } from '#core/ipc/contract'
import { canRunSshServer, startSshServer, type SshServer } from '../../../../test/support/ssh-server'
import { testPassphrase } from '../../../../test/support/ssh-server-client'
import { findLoginShell, loginShells } from '../../../../test/support/ssh-server-users'
import {
  createScriptedPrompter,
  findProcessesWith,
  runInShell,
} from '../../../../test/support/ssh-link-probe'
import type { ShellLink } from '../shell/shell-link'
import { openShellTarget } from '../shell/shell-target'
import { openSshLink, type SshLinkOptions } from './ssh-link'

const password = 'p4ss wörd $(x) "quoted"'
const noise = 'echo noise on stdout; echo noise on stderr >&2; '

describe.runIf(canRunSshServer())('the link to a real sshd', () => {
  let server: SshServer
  const links: ShellLink[] = []
  /** Where the links put their folders: other test files run at the same time. */
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bt-'))
    // Users of the servers have to pass it.
    chmodSync(folder, 0o711)
    vi.stubEnv('TMPDIR', folder)
    server = await startSshServer({
      banner: 'authorized use only \u001b[2J\n',
      config: [
        'Match User to-sh',
        'ForceCommand exec sh',
        'Match User to-false',
        'ForceCommand /bin/false',
        'Match User no-forward',
        'AllowTcpForwarding no',
        'Match User one-session',
        'MaxSessions 1',
        'Match User one-with-password',
        'MaxSessions 1',
      ],
      users: {
        plain: {},
        'with-password': { password, hasKeys: false },
        'to-sh': {},
        'to-false': {},
        'no-forward': {},
        'one-session': {},
        'one-with-password': { password, hasKeys: false },
        'no-login': { shell: '/usr/sbin/nologin' },
      },
    })
    for (const shell of loginShells) {
      if (findLoginShell(shell) === null) continue
      server.addUser(`in-${shell}`, {
        shell,
        files: {
          '.bashrc': noise,
          '.profile': noise,
          '.zshenv': noise,
          '.cshrc': 'echo noise on stdout',
          '.config/fish/config.fish': noise,
        },
      })
    }
    server.addHost('rig')
  })
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.dispose()))
    expect(findProcessesWith(server.clientConfigPath), 'ssh processes stay').toEqual([])
    expect(readdirSync(folder).filter((name) => name.startsWith('ballonet-ssh-'))).toEqual([])
  })
  afterAll(async () => {
    await server.stop()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  function open(host: string, options: SshLinkOptions = {}): ShellLink {
    const link = openSshLink(host, { configPath: server.clientConfigPath, hasTerminal: false, ...options })
    links.push(link)
    return link
  }

  it.each(loginShells.filter((shell) => findLoginShell(shell) !== null))(
    'gives a POSIX shell to who logs in with %s, whatever its profile prints',
    async (shell) => {
      const opened = await open(`in-${shell}@rig`).openShell()
      expect(
        await runInShell(opened, 'set -- a b; for x in "$@"; do printf "%s." "$x"; done; id -un'),
      ).toMatch(new RegExp(`a\\.b\\.in-${shell}\\n$`))
    },
  )

  it('tells its steps, shares one connection, and ends with its first shell', async () => {
    const steps: ConnectStep[] = []
    const link = open('plain@rig', { onStep: (step) => steps.push(step) })
    const [first, second] = await Promise.all([link.openShell(), link.openShell()])
    expect(steps).toEqual(['reaching', 'authenticating'])
    const third = await link.openShell()
    const connections = await Promise.all(
      [first, second, third].map((shell) => runInShell(shell, 'echo $SSH_CONNECTION')),
    )
    expect(new Set(connections).size).toBe(1)
    first.kill()
    const end = await second.ended
    expect(link.explainEnd(end)).toMatchObject({ code: 'unreachable', hint: 'connection.lost' })
    // Anew, by the same link.
    expect(await runInShell(await link.openShell(), 'echo back')).toBe('back\n')
  })

  it('takes users, ports and addresses as ssh does', async () => {
    for (const host of [`ssh://plain@rig`, `ssh://plain@127.0.0.1:${server.port}`]) {
      expect(await runInShell(await open(host).openShell(), 'id -un')).toBe('plain\n')
    }
  })

  it('connects from the host, to what listens there, as many at once as needed', async () => {
    const echo = createServer((socket) => void socket.pipe(socket))
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    const { port } = echo.address() as AddressInfo
    const link = open('plain@rig')
    await link.openShell()
    const streams = await Promise.all(Array.from({ length: 5 }, () => link.connect!('127.0.0.1', port, 5000)))
    const big = Buffer.alloc(300_000, 'x')
    const sums = await Promise.all(
      streams.map(async (stream) => {
        stream.write(big)
        let sum = 0
        for await (const chunk of stream) {
          sum += (chunk as Buffer).length
          if (sum >= big.length) break
        }
        return sum
      }),
    )
    expect(sums).toEqual(sums.map(() => big.length))
    await new Promise((resolve) => echo.close(resolve))
    const failures = await Promise.allSettled([
      link.connect!('127.0.0.1', port, 5000),
      link.connect!('name.invalid', 80, 5000),
      link.connect!('-oProxyCommand=x', 80, 5000),
    ])
    expect(failures.map((it) => (it as PromiseRejectedResult).reason as unknown)).toMatchObject([
      {
        code: 'unreachable',
        hint: 'connection.address-refused',
        params: { text: 'connect failed: Connection refused' },
      },
      { code: 'unreachable', hint: 'connection.address-refused' },
      { code: 'invalid' },
    ])
  })

  it('says that a host does not forward, so that another way is taken', async () => {
    const link = open('no-forward@rig')
    await link.openShell()
    await expect(link.connect!('127.0.0.1', server.port, 5000)).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'connection.forwarding-refused',
    })
  })

  it('logs in once more where a host allows one session a connection, and asks nobody for it', async () => {
    const link = open('one-session@rig')
    const [first, second] = [await link.openShell(), await link.openShell()]
    const ports = await Promise.all([first, second].map((shell) => runInShell(shell, 'echo $SSH_CONNECTION')))
    expect(new Set(ports).size).toBe(2)
    const prompter = createScriptedPrompter(() => password)
    const asking = open('one-with-password@rig', { prompter })
    await asking.openShell()
    await expect(asking.openShell()).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'connection.session-limit',
    })
    expect(prompter.asked).toHaveLength(1)
  })

  it('asks for a password, which is in no argument, environment or file', async () => {
    const secret = password
    let found: number[] = []
    const prompter = createScriptedPrompter(() => secret)
    const link = open('with-password@rig', { prompter })
    const scan = setInterval(() => {
      for (const file of ['cmdline', 'environ'] as const)
        found = found.concat(findProcessesWith(secret, file))
    }, 5)
    const shell = await link.openShell()
    clearInterval(scan)
    expect(await runInShell(shell, 'id -un')).toContain('with-password')
    expect(prompter.asked).toMatchObject([{ kind: 'secret', hostKey: null }])
    expect(prompter.asked[0]?.text).toMatch(/with-password@.*password/)
    expect(found).toEqual([])
    const folders = readdirSync(folder).filter((name) => name.startsWith('ballonet-ssh-'))
    expect(folders).toHaveLength(1)
    for (const name of readdirSync(join(folder, folders[0]!))) {
      if (name.startsWith('m')) continue
      expect(readFileSync(join(folder, folders[0]!, name), 'utf8')).not.toContain(secret)
    }
    expect(server.log()).not.toContain(secret)
  })

  it('asks again after a wrong password, says so, and ends after the third', async () => {
    const right = createScriptedPrompter((_, count) => (count < 3 ? 'wrong' : password))
    await open('with-password@rig', { prompter: right }).openShell()
    expect(right.asked.map(({ text }) => text.includes('Permission denied, please try again.'))).toEqual([
      false,
      true,
      true,
    ])
    const wrong = createScriptedPrompter(() => 'wrong')
    await expect(open('with-password@rig', { prompter: wrong }).openShell()).rejects.toMatchObject({
      code: 'auth-failed',
      hint: 'connection.permission-denied',
      params: { methods: 'publickey,password' },
    })
    expect(wrong.asked).toHaveLength(3)
  })

  it('asks for a passphrase', async () => {
    server.addHost('locked', { IdentityFile: server.client.lockedKeyPath, User: 'plain' })
    const config = readFileSync(server.clientConfigPath, 'utf8')
    const own = join(server.client.folder, 'locked-config')
    writeFileSync(own, config.replace(/ {2}IdentityFile .*\n/, ''))
    const prompter = createScriptedPrompter((_, count) => (count === 1 ? 'wrong' : testPassphrase))
    const link = open('locked', { prompter, configPath: own })
    expect(await runInShell(await link.openShell(), 'id -un')).toBe('plain\n')
    expect(prompter.asked).toHaveLength(2)
    expect(prompter.asked[1]?.text).toMatch(/Bad passphrase.*\n.*Enter passphrase for key/)
  })

  it('is given up at a question, or while it is asked', async () => {
    const link = open('with-password@rig', { prompter: createScriptedPrompter(() => null) })
    await expect(link.openShell()).rejects.toMatchObject({ code: 'cancelled' })
    const abort = new AbortController()
    let signal: AbortSignal | null = null
    const asking = open('with-password@rig', {
      prompter: {
        ask(_, its) {
          signal = its
          abort.abort()
          return new Promise(() => undefined)
        },
      },
    })
    await expect(asking.openShell(abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(signal?.aborted).toBe(true))
  })

  it('fails at once where nobody can be asked, and says what to do', async () => {
    const startMs = Date.now()
    await expect(open('with-password@rig').openShell()).rejects.toMatchObject({
      code: 'auth-failed',
      hint: 'connection.permission-denied-unasked',
    })
    const prompter = createScriptedPrompter(() => password)
    await expect(open('with-password@rig', { prompter }).openShell(undefined, false)).rejects.toMatchObject({
      code: 'auth-failed',
    })
    expect(prompter.asked).toEqual([])
    expect(Date.now() - startMs).toBeLessThan(5000)
  })

  it('runs through a forced command that is a shell, and tells one that is none', async () => {
    expect(await runInShell(await open('to-sh@rig').openShell(), 'id -un')).toContain('to-sh')
    for (const user of ['to-false', 'no-login']) {
      const link = open(`${user}@rig`)
      const shell = await link.openShell()
      shell.stdout.resume()
      expect(link.explainEnd(await shell.ended)).toMatchObject({
        code: 'unsupported',
        hint: 'connection.session-ended',
      })
    }
  })

  it('says that an account may run nothing there, which nologin tells on its standard output', async () => {
    const target = openShellTarget({
      spec: 'ssh:rig',
      label: 'rig',
      link: open('no-login@rig'),
      isRemote: true,
    })
    await expect(target).rejects.toMatchObject({ code: 'auth-failed', hint: 'connection.login-refused' })
  })

  it('takes 20 connections at once', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => open('plain@rig').openShell()))
    const names = await Promise.all(opened.map((shell) => runInShell(shell, 'id -un')))
    expect(names).toEqual(names.map(() => 'plain\n'))
  }, 60_000)

  it('goes through another sshd, and says when that does not lead on', async () => {
    const far = await startSshServer({ client: server.client, users: { there: {} } })
    try {
      server.addHost('jump', { User: 'plain' })
      server.addHost('closed-jump', { User: 'no-forward' })
      server.addHost('asking-jump', { User: 'with-password' })
      far.addHost('behind-asking', { User: 'there', ProxyJump: 'asking-jump' })
      far.addHost('far', { User: 'there', ProxyJump: 'jump' })
      far.addHost('behind-closed', { User: 'there', ProxyJump: 'closed-jump' })
      expect(await runInShell(await open('far').openShell(), 'id -un')).toBe('there\n')
      const prompter = createScriptedPrompter(() => password)
      const asked = await open('behind-asking', { prompter }).openShell()
      expect(await runInShell(asked, 'id -un')).toBe('there\n')
      expect(prompter.asked.map(({ text }) => text)).toEqual([expect.stringContaining('with-password@')])
      await expect(open('behind-closed').openShell()).rejects.toMatchObject({
        code: 'unreachable',
        hint: 'connection.jump-failed',
      })
    } finally {
      await far.stop()
    }
  })

  it('shows an unknown host key, and takes it only after a yes', async () => {
    const other = await startSshServer({ client: server.client, users: { plain: {} }, isKnown: false })
    try {
      other.addHost('new', { User: 'plain' })
      await expect(open('new').openShell()).rejects.toMatchObject({
        code: 'auth-failed',
        hint: 'connection.host-key-unknown',
      })
      const no = createScriptedPrompter(() => 'no')
      await expect(open('new', { prompter: no }).openShell()).rejects.toMatchObject({
        code: 'cancelled',
        hint: 'connection.host-key-refused',
      })
      expect(no.asked).toMatchObject([
        { kind: 'host-key', hostKey: { keyType: 'ED25519', fingerprint: other.fingerprint } },
      ])
      expect(readFileSync(server.client.knownHostsPath, 'utf8')).not.toContain(`:${other.port}`)
      const yes = createScriptedPrompter(() => 'yes')
      await open('new', { prompter: yes }).openShell()
      expect(readFileSync(server.client.knownHostsPath, 'utf8')).toContain(`[127.0.0.1]:${other.port} `)
      // Written by ssh itself: known from now on.
      await open('new').openShell()

      const before = other.fingerprint
      await other.restart({ hasNewHostKey: true })
      for (const strict of ['ask', 'no', 'accept-new']) {
        other.addHost('new', { User: 'plain', StrictHostKeyChecking: strict })
        const never = createScriptedPrompter(() => 'yes')
        await expect(open('new', { prompter: never }).openShell()).rejects.toMatchObject({
          code: 'host-key-changed',
          hint: 'connection.host-key-changed',
          params: {
            fingerprint: other.fingerprint,
            oldFingerprint: before,
            file: server.client.knownHostsPath,
            name: `[127.0.0.1]:${other.port}`,
          },
        })
        expect(never.asked).toEqual([])
      }
    } finally {
      await other.stop()
    }
  })

  it('never takes a host string for an option, a command or two words', () => {
    const canary = join(folder, 'canary')
    const hostile = [
      `-oProxyCommand=touch ${canary}`,
      `-oProxyCommand=touch\t${canary}`,
      `x;touch ${canary}`,
      `$(touch ${canary})`,
      '`id`',
      `a@$(touch${canary})`,
      'rig\nProxyCommand x',
      '-l@rig',
      'user name@rig',
      "a'b@rig",
      'rig|x',
      '',
      '@rig',
      'rig@',
      'ssh://-oX@rig',
      'ssh://rig:99999',
      'ssh://a%24%28id%29@rig',
      'a'.repeat(5000),
      '*',
      '\u202erig',
    ]
    for (const host of hostile) {
      expect(() => open(host), host).toThrow(expect.objectContaining({ code: 'invalid' }) as Error)
    }
    expect(existsSync(canary)).toBe(false)
  })

  it('says what is wrong with names, ports and the configuration', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    await expect(open(`ssh://127.0.0.1:${port}`).openShell()).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'connection.connection-refused',
    })
    await expect(open('no-such-host.invalid').openShell()).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'connection.unknown-host',
    })
    const broken = join(server.client.folder, 'broken')
    appendFileSync(broken, 'NoSuchOption yes\n')
    await expect(open('rig', { configPath: broken }).openShell()).rejects.toMatchObject({
      code: 'invalid',
      hint: 'connection.config-error',
    })
    await expect(open('rig', { sshPath: '/nonexistent/ssh' }).openShell()).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'connection.ssh-missing',
    })
  })
})
