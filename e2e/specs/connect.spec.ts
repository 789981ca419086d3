import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canRunSshServer, startSshServer, type SshServer } from '../../test/support/ssh-server'
import { startTestService } from '../../test/support/go-service'
import { expect, launchBallonet, test } from '../ballonet-app'
import { isAlive, until } from '../hosts/processes'
import { ConnectPage } from '../pages/connect-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { PromptPage } from '../pages/prompt-page'
import { RailPage } from '../pages/rail-page'
import { ShellPage } from '../pages/shell-page'
import { TablePage } from '../pages/table-page'
import { readCommandLine, readProcesses } from '../support/process-tree'

const pidsOf = (word: string): number[] =>
  readProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => readCommandLine(pid).includes(word))

test('a command leads to the focus of a process, and nothing of it stays when it is closed', async ({
  ballonet: { page },
}) => {
  const [connect, rail, table, focus] = [
    new ConnectPage(page),
    new RailPage(page),
    new TablePage(page),
    new FocusPage(page),
  ]
  const service = await startTestService(['-scenario', 'idle', '-keep-mib', '30'])
  try {
    await connect.openFromDoor()
    await connect.runCommand('sh')
    await expect(connect.dialog).toBeHidden()
    await expect(rail.card('exec:sh')).toHaveAttribute('aria-current', 'true')
    await expect(rail.card('exec:sh')).toContainText('available')
    await table.focus(service.key.pid)
    await focus.waitForProcess(service.key.pid)
    await expect(focus.number('lazyFreeBytes')).toHaveText(/\d/)
    await focus.waitForHeap()
    // This machine has a selection of its own.
    await rail.card('local').click()
    await expect(focus.article).toBeHidden()
    await rail.card('exec:sh').click()
    await focus.waitForProcess(service.key.pid)
    await rail.close('exec:sh', 'sh')
    await expect(rail.card('exec:sh')).toHaveCount(0)
    await expect(rail.card('local')).toHaveAttribute('aria-current', 'true')
  } finally {
    await service.end()
  }
})

test('an attempt that hangs is cancelled, and its command ends', async ({ ballonet: { page } }) => {
  const connect = new ConnectPage(page)
  await connect.openFromDoor()
  await connect.runCommand('sleep 3141592')
  await expect(connect.step).toBeVisible()
  await until(
    'the command',
    () => pidsOf('sleep 3141592').length,
    (count) => count > 0,
    5000,
  )
  await page.keyboard.press('Escape')
  await expect(connect.command).toHaveValue('sleep 3141592')
  await expect(connect.command).toBeFocused()
  await until(
    'the command',
    () => pidsOf('sleep 3141592'),
    (pids) => pids.length === 0,
    5000,
  )
  await page.keyboard.press('Escape')
  await expect(connect.dialog).toBeHidden()
})

test('what can not be connected says why, and can be corrected', async ({ ballonet: { page } }) => {
  const [connect, shell, rail] = [new ConnectPage(page), new ShellPage(page), new RailPage(page)]
  await expect(new DoorsPage(page).title).toBeVisible()
  await shell.runCommand('Connect to a host…')
  await connect.runCommand('ballonet-no-such-program')
  await expect(connect.failure).toContainText('ballonet-no-such-program')
  await expect(connect.button('Try again')).toBeFocused()
  await connect.button('Edit').click()
  await connect.command.fill('sh')
  await connect.command.press('Enter')
  await expect(rail.card('exec:sh')).toBeVisible()
  // The failed one was never a target.
  await expect(rail.cards).toHaveCount(2)
})

test('a host that is no host is refused before anything is run', async ({ ballonet: { page } }) => {
  const connect = new ConnectPage(page)
  await connect.openFromDoor()
  await connect.connectTo('-oProxyCommand=touch${IFS}/tmp/ballonet-pwned')
  await expect(connect.failure).toContainText('must not start with')
  expect(existsSync('/tmp/ballonet-pwned')).toBe(false)
})

test.describe('a real sshd', () => {
  test.skip(!canRunSshServer(), 'no sshd can run here')
  const password = 'p4ss wörd "x"'
  let server: SshServer
  let folder: string

  test.beforeAll(async () => {
    server = await startSshServer({ isKnown: false, users: { ann: { password, hasKeys: false } } })
    server.addHost('ballonet-e2e-host', { User: 'ann' })
    // The app runs the ssh of the PATH; this one reads the test's configuration instead of the person's.
    folder = mkdtempSync(join(tmpdir(), 'ballonet-ssh-'))
    const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim()
    const path = join(folder, 'ssh')
    writeFileSync(path, `#!/bin/sh\nexec '${ssh}' -F '${server.clientConfigPath}' "$@"\n`)
    chmodSync(path, 0o755)
  })

  test.afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('asks for the key and the password, and its link can break', async () => {
    const app = await launchBallonet({ env: { PATH: `${folder}:${process.env['PATH']}` } })
    try {
      const { page } = app
      const [connect, prompt, rail, table] = [
        new ConnectPage(page),
        new PromptPage(page),
        new RailPage(page),
        new TablePage(page),
      ]
      const spec = 'ssh:ballonet-e2e-host'
      await expect(new DoorsPage(page).title).toBeVisible()
      await connect.openFromDoor()
      await connect.host.fill('ballonet-e2e-host')
      await expect(connect.meaning).toContainText(`ann@${server.address}:${server.port}`)
      await connect.host.press('Enter')
      await expect(prompt.fingerprint).toHaveText(server.fingerprint)
      await expect(prompt.button('Unknown host key', 'Cancel')).toBeFocused()
      await prompt.button('Unknown host key', 'Trust and connect').click()
      await expect(prompt.secret).toBeFocused()
      await expect(prompt.secret).toHaveAttribute('type', 'password')
      await page.keyboard.type('wrong')
      await page.keyboard.press('Enter')
      await expect(prompt.dialog('Password or passphrase')).toContainText('Permission denied')
      await expect(prompt.secret).toHaveValue('')
      await page.keyboard.insertText(password)
      await page.keyboard.press('Enter')
      await expect(rail.card(spec)).toHaveAttribute('aria-current', 'true')
      await expect(table.rows.first()).toBeVisible()
      server.killSessions()
      await expect(rail.banner).toContainText('ballonet-e2e-host')
      // It is asked for again: whoever gives up is told what became of it, with the table as it was.
      await expect(prompt.secret).toBeVisible()
      await page.keyboard.insertText(password)
      await page.keyboard.press('Enter')
      await expect(rail.banner).toBeHidden()
      await rail.close(spec, 'ballonet-e2e-host')
      await until(
        'the sessions',
        () => server.sessionPids().filter(isAlive),
        (pids) => pids.length === 0,
        10_000,
      )
      expect(app.noise).toEqual([])
    } finally {
      await app.close()
    }
  })
})
