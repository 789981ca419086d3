import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withVirtualDisplay } from '../../scripts/checks/virtual-display.mjs'
import { expect, launchBallonet, repositoryDir, test } from '../ballonet-app'
import { isAlive, until } from '../hosts/processes'
import { startTestService } from '../../test/support/go-service'
import { BalloonPage } from '../pages/balloon-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ShellPage } from '../pages/shell-page'
import { TablePage } from '../pages/table-page'

/** To Node the package is the path of its program. */
const electronPath = createRequire(import.meta.url)('electron') as string
const idle = ['-scenario', 'idle', '-keep-mib', '30']

test('a process that ends while it is watched leaves its last numbers', async ({ ballonet: { page } }) => {
  const [focus, table] = [new FocusPage(page), new TablePage(page)]
  const service = await startTestService(idle)
  try {
    const { pid } = service.key
    await new DoorsPage(page).openThisMachine()
    await table.focus(pid)
    await focus.waitForHeap()
    const rss = await focus.number('rssBytes').innerText()
    await service.end()
    await expect(focus.article).toContainText('The process ended at')
    await expect(focus.article.getByText('ended', { exact: true })).toBeVisible()
    await expect(focus.headline).toContainText('The process has ended; these are its last numbers.')
    await expect(focus.number('rssBytes')).toHaveText(rss)
    await expect(new BalloonPage(page).button).toBeDisabled()
    await expect(table.row(pid)).toHaveCount(0)
  } finally {
    await service.end()
  }
})

test('what can not be read of a process says why', async ({ ballonet: { page } }) => {
  const [focus, table] = [new FocusPage(page), new TablePage(page)]
  await new DoorsPage(page).openThisMachine()
  // kthreadd: no memory of its own, no executable, no endpoint.
  await table.filter('kthreadd')
  const row = table.rows.filter({ hasText: '[kthreadd]' }).first()
  await expect(row).toBeVisible()
  await row.click()
  await expect(focus.headline).toContainText('A kernel thread or a zombie: it has no memory of its own.')
  await expect(focus.number('rssBytes')).toContainText('—')
  await expect(focus.number('lazyFreeBytes')).toContainText('Has no memory of its own')
})

test('a lost backend is told, started again, and everything goes on', async ({ ballonet }) => {
  const { page } = ballonet
  const [focus, table, shell] = [new FocusPage(page), new TablePage(page), new ShellPage(page)]
  const service = await startTestService([
    '-scenario',
    'leak',
    '-keep-mib',
    '30',
    '-leak-mib-per-second',
    '5',
  ])
  try {
    const { pid } = service.key
    await new DoorsPage(page).openThisMachine()
    await table.focus(pid)
    await focus.waitForHeap()
    const oldPid = await ballonet.backendPid()
    process.kill(oldPid, 'SIGKILL')
    await until(
      'the old backend',
      () => isAlive(oldPid),
      (alive) => !alive,
      5000,
    )
    await expect(shell.banner).toContainText(/^(The part that reads the machine ended|Reading again)/)
    await expect(shell.banner).toContainText('Reading again.')
    await expect.poll(() => ballonet.backendPid().catch(() => oldPid)).not.toBe(oldPid)
    const heap = await focus.number('heapInuseBytes').innerText()
    // The service leaks, so a number that still stands would show.
    await expect(focus.number('heapInuseBytes')).not.toHaveText(heap)
    await expect(focus.article).toContainText(`pid ${pid}`)
    await service.end()
    await expect(table.row(pid)).toHaveCount(0)
    await expect(focus.article).toContainText('The process ended at')
    // It is told for a moment only.
    await expect(shell.banner).toBeHidden()
  } finally {
    await service.end()
  }
})

test('a window that is stuck is ended and loads again', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballonet-e2e-'))
  try {
    const script = join(repositoryDir, 'e2e', 'support', 'stuck-window.cjs')
    const args = ['-r', script, repositoryDir, `--user-data-dir=${dataDir}`, '--lang=en']
    if (process.getuid?.() === 0) args.push('--no-sandbox')
    // Chromium watches the window that has the focus, which another test's would take.
    const { stdout } = await withVirtualDisplay((display) =>
      promisify(execFile)(electronPath, args, { timeout: 60_000, env: { ...process.env, ...display } }),
    )
    expect(stdout.trim().split('\n')).toEqual(['gone: crashed', 'loaded: true'])
    expect(await readFile(join(dataDir, 'logs', 'ballonet.log'), 'utf8')).toContain('took no input for 20 s')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('the app quits while its backend is being started again', async () => {
  const app = await launchBallonet()
  await new DoorsPage(app.page).openThisMachine()
  const backendPid = await app.backendPid()
  process.kill(backendPid, 'SIGKILL')
  await until(
    'the backend',
    () => isAlive(backendPid),
    (alive) => !alive,
    5000,
  )
  const closing = app.close()
  try {
    await until(
      'the app',
      () => isAlive(app.mainPid),
      (alive) => !alive,
      5000,
    )
  } finally {
    if (isAlive(app.mainPid)) process.kill(app.mainPid, 'SIGKILL')
    await closing
  }
})
