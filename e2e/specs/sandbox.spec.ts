import {
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '../ballonet-app'
import { DoorsPage } from '../pages/doors-page'
import { openPort, sendThroughPort } from '../support/raw-port'
import { packApp, startPackedApp, type PackedApp } from '../support/packed-app'
import { readCommandLine, readTree } from '../support/process-tree'

/** nobody: an ordinary user that every Debian has. Nothing but the ids is used of it. */
const ordinary = { uid: 65534, gid: 65534 }
const isRoot = process.getuid?.() === 0
let homeDir = ''
let app: PackedApp

test.skip(!isRoot, '!!! NOT TESTED: the sandboxed app as another user needs root to become one')

test.beforeAll(async () => {
  test.setTimeout(180_000)
  if (!isRoot) return
  const packedDir = await packApp()
  homeDir = mkdtempSync(join(tmpdir(), 'ballonet-user-'))
  // The clone may lie where only root may look.
  const appDir = join(homeDir, 'app')
  cpSync(packedDir, appDir, { recursive: true, mode: 2 })
  const env: NodeJS.ProcessEnv = {
    HOME: homeDir,
    XDG_RUNTIME_DIR: homeDir,
    USER: 'nobody',
    LOGNAME: 'nobody',
  }
  const authority = process.env['XAUTHORITY']
  if (authority !== undefined) {
    env['XAUTHORITY'] = join(homeDir, 'xauthority')
    copyFileSync(authority, env['XAUTHORITY'])
    chownSync(env['XAUTHORITY'], ordinary.uid, ordinary.gid)
  }
  const dataDir = join(homeDir, 'data')
  mkdirSync(dataDir)
  for (const dir of [homeDir, dataDir]) chownSync(dir, ordinary.uid, ordinary.gid)
  app = await startPackedApp({ exe: join(appDir, 'ballonet'), dataDir, env, ...ordinary })
})

test.afterAll(async () => {
  if (!isRoot) return
  await (app as PackedApp | undefined)?.end()
  rmSync(homeDir, { recursive: true, force: true })
})

test('as an ordinary user the window is in the sandbox', () => {
  const pids = readTree(app.mainPid, { withSessions: true })
  const rendererPid = pids.find((pid) => readCommandLine(pid).includes('--type=renderer'))
  expect(rendererPid).toBeDefined()
  const status = readFileSync(`/proc/${rendererPid}/status`, 'utf8')
  expect(status).toMatch(/^Seccomp:\s+2$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
  expect(status).toMatch(new RegExp(`^Uid:\\s+${ordinary.uid}\\s`, 'm'))
  for (const name of ['user', 'pid', 'net']) {
    const namespace = (pid: number): string => readlinkSync(`/proc/${pid}/ns/${name}`)
    expect(namespace(rendererPid!), name).not.toBe(namespace(app.mainPid))
  }
  for (const pid of pids) expect(readCommandLine(pid)).not.toContain('--no-sandbox')
  expect(app.errors()).not.toMatch(/sandbox/i)
})

test("another user's process says why it has no LazyFree, and never 0", async () => {
  const { page } = app
  await new DoorsPage(page).openThisMachine()
  const filter = page.getByRole('textbox', { name: /^Filter/ })
  // The process that runs this test is root's.
  await filter.fill(String(process.pid))
  const row = page
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell', { name: String(process.pid), exact: true }) })
  await expect(row.locator('[data-column="user"]')).toHaveText('root')
  await expect(row.locator('[data-column="rssBytes"]')).toContainText(/\d/)
  const lazyFree = row.locator('[data-column="lazyFreeBytes"]')
  await expect(lazyFree).toHaveAttribute('data-tip', /^Not readable: it is another user’s process/)
  await expect(lazyFree.locator('.value')).toHaveText('—')

  await row.click()
  await expect(page.getByRole('article')).toContainText(
    'Only root or the user of this process may read its LazyFree.',
  )
  await expect(page.getByRole('article')).not.toContainText(/LazyFree\s*0 B/)
})

test('own processes are read, and a balloon has a plan', async () => {
  const { page } = app
  test.setTimeout(40_000)
  await openPort(page)
  const opened = (await sendThroughPort(page, 'targets.open', { spec: 'local' })) as { value: { id: string } }
  const stat = readFileSync(`/proc/${app.mainPid}/stat`, 'utf8')
  const key = {
    pid: app.mainPid,
    startTimeTicks: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]),
  }
  const plan = await sendThroughPort(page, 'balloon.plan', { targetId: opened.value.id, key })
  expect(plan).toMatchObject({
    ok: true,
    value: { refusal: null, target: key, lazyFreeBytes: expect.any(Number) },
  })
  const { domain, limitBytes, availableBytes, settings } = (
    plan as {
      value: {
        domain: { kind: string }
        limitBytes: number
        availableBytes: number
        settings: { floorBytes: number }
      }
    }
  ).value
  // No cgroup of another owner can be joined without rights.
  expect(domain.kind).toBe('host')
  expect(limitBytes).toBeLessThanOrEqual(availableBytes - settings.floorBytes)
})
