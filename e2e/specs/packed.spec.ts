import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '../ballonet-app'
import { BalloonPage } from '../pages/balloon-page'
import { DoorsPage } from '../pages/doors-page'
import { packApp, startPackedApp } from '../support/packed-app'
import { killAll, readProcesses, readTree, untilEnded } from '../support/process-tree'

/** Root runs Chromium without its sandbox, as the development launcher does; sandbox.spec.ts has the other case. */
const rootArgs = process.getuid?.() === 0 ? ['--no-sandbox'] : []
let exe = ''
let dataDir = ''

test.beforeAll(async () => {
  test.setTimeout(180_000)
  exe = join(await packApp(), 'ballonet')
})
test.beforeEach(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'ballonet-packed-'))))
test.afterEach(() => rm(dataDir, { recursive: true, force: true }))

test('the packed app reads this machine, plays the incident and ends cleanly', async () => {
  const app = await startPackedApp({ exe, dataDir, args: rootArgs })
  try {
    const { page } = app
    const [doors, balloon] = [new DoorsPage(page), new BalloonPage(page)]
    await test.step('the doors, from inside the archive', async () => {
      expect(page.url()).toBe('app://bundle/index.html')
      await expect(doors.doors).toHaveCount(4)
    })
    await test.step('this machine', async () => {
      await doors.openThisMachine()
      await expect(page.getByRole('gridcell', { name: String(app.mainPid), exact: true })).toBeVisible()
      await page.getByRole('button', { name: /back to the start/ }).click()
    })
    await test.step('the incident: the Go source is built from the resources, the proof confirms', async () => {
      await doors.startDemo()
      await expect(balloon.button).toBeEnabled({ timeout: 60_000 })
      await expect(page.getByText('A real Go service plays it.')).toBeVisible()
      await balloon.press()
      await balloon.startNow()
      await expect(balloon.proof).toBeVisible({ timeout: 60_000 })
      await expect(balloon.proof).toContainText('Confirmed')
    })
    await test.step('closing the window ends everything', async () => {
      const pids = readTree(app.mainPid, { withSessions: true })
      const exit = new Promise((resolve) => app.child.once('exit', (code, signal) => resolve(code ?? signal)))
      await page.close()
      expect(await exit).toBe(0)
      await untilEnded(pids, 5000)
      expect(app.errors()).not.toMatch(/Uncaught|UnhandledPromise|TypeError/)
    })
  } finally {
    await app.end()
  }
})

test('the packed app is no Node: ELECTRON_RUN_AS_NODE and NODE_OPTIONS do nothing', async () => {
  const child = spawn(
    exe,
    [
      '-e',
      'console.log("ran as node")',
      `--user-data-dir=${dataDir}`,
      '--remote-debugging-port=0',
      ...rootArgs,
    ],
    {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require=/nowhere/at/all.js' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let text = ''
  try {
    // It opens its window instead.
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no window:\n${text}`)), 30_000)
      const take = (data: Buffer): void => {
        text += data.toString()
        if (!text.includes('DevTools listening')) return
        clearTimeout(timer)
        resolve()
      }
      child.stdout.on('data', take)
      child.stderr.on('data', take)
    })
    expect(text).not.toContain('ran as node')
    expect(text).not.toContain('Cannot find module')
    const pids = readTree(child.pid!, { withSessions: true })
    child.kill('SIGTERM')
    await untilEnded(pids, 10_000)
  } finally {
    killAll(
      readProcesses()
        .filter(({ pid, parentPid }) => pid === child.pid || parentPid === child.pid)
        .map(({ pid }) => pid),
    )
  }
})
