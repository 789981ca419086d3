// node scripts/screenshots.mjs [--out DIR] [--all]: makes the pictures of the documentation from the real app, which
// runs the real demo under a display of its own; --all makes those too that only a reviewer of the window looks at (dark,
// small, every dialog). Takes about three minutes; the balloon stays in the demo's memory cgroup.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { withVirtualDisplay } from './checks/virtual-display.mjs'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureElectronRuntime } from './setup/electron-runtime.mjs'
import { projectDir } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { runProgram } from './setup/setup-problem.mjs'
import { ensureSystemPackages } from './setup/system-packages.mjs'

const LARGE = { width: 1440, height: 900 }
const SMALL = { width: 900, height: 600 }
/** So much of the incident is on the chart before the balloon comes. */
const BEFORE_MS = 25_000
/** So much after it. */
const AFTER_MS = 12_000
/** The balloon's own processes are gone from the table. */
const SETTLE_MS = 2500
const DEMO_TIMEOUT_MS = 120_000
const RUN_TIMEOUT_MS = 90_000
const READ_TIMEOUT_MS = 90_000

/** Pictures that README.md and docs/ show. */
const DOCUMENTED = new Set([
  ...['doors', 'table', 'plan', 'proof', 'focus', 'panels', 'history', 'export', 'replay', 'compare'].map(
    (name) => `${name}-light`,
  ),
  ...['doors', 'plan', 'proof', 'focus'].map((name) => `${name}-light.zh-CN`),
  'focus-dark',
])

const main = async () => {
  const { values } = parseArgs({ options: { out: { type: 'string' }, all: { type: 'boolean' } } })
  const isWanted = (name) => values.all === true || DOCUMENTED.has(name)
  const outDir = resolve(values.out ?? join(projectDir, 'docs', 'images'))
  await ensureDependencies()
  await ensureSystemPackages('test')
  await ensureElectronRuntime()
  await ensureBuild()
  mkdirSync(outDir, { recursive: true })
  await withVirtualDisplay(async (env) => {
    await withApp({ env, outDir, isWanted, locale: 'en' }, takeEnglish)
    await withApp({ env, outDir, isWanted, locale: 'zh-CN' }, takeChinese)
  })
}

/**
 * Runs a job with an app that has a data folder of its own, and ends both.
 * @param {{ env: NodeJS.ProcessEnv, outDir: string, isWanted: (name: string) => boolean, locale: string }} options
 * @param {(app: AppWindow) => Promise<void>} job
 */
const withApp = async ({ env, outDir, isWanted, locale }, job) => {
  const { _electron } = await import('@playwright/test')
  const isRoot = process.getuid?.() === 0
  const dataDir = mkdtempSync(join(tmpdir(), 'ballonet-screenshots-'))
  const electron = await _electron.launch({
    args: [
      projectDir,
      `--user-data-dir=${dataDir}`,
      `--lang=${locale}`,
      '--log-level=3',
      ...(isRoot ? ['--no-sandbox'] : []),
    ],
    chromiumSandbox: !isRoot,
    colorScheme: 'light',
    env: { ...process.env, ...env },
  })
  try {
    const app = new AppWindow(electron, await electron.firstWindow(), outDir, isWanted)
    await app.setTheme('light')
    await app.setSize(LARGE)
    await job(app)
  } finally {
    await electron.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** @param {AppWindow} app */
const takeEnglish = async (app) => {
  await app.page.getByRole('heading', { level: 1 }).waitFor()
  await app.takeBoth('doors')
  await app.takeSmall('doors')

  await app.openThisMachine()
  await app.takeBoth('table')
  await app.takeSmall('table')
  await takeColumns(app)
  await takePalette(app)

  await app.goToDoors()
  await app.startDemo()
  await app.page.waitForTimeout(BEFORE_MS)
  await app.takeBoth('before')
  await app.takeSmall('before')
  await takePlans(app)
  await takeRun(app)
  await app.page.waitForTimeout(SETTLE_MS)
  await app.takeBoth('proof')
  await app.takeSmall('proof')

  await app.closeProof()
  await app.page.waitForTimeout(AFTER_MS)
  await app.takeBoth('focus')
  await app.takeSmall('focus')
  await app.takeSmall('focus', 'dark')
  await takePanels(app)
  await takeTabs(app)
  await takeRecorded(app)
}

/** @param {AppWindow} app */
const takeChinese = async (app) => {
  await app.page.getByRole('heading', { level: 1 }).waitFor()
  await app.take('doors-light.zh-CN')
  await app.startDemo()
  await app.page.waitForTimeout(BEFORE_MS)
  await app.press()
  await app.take('plan-light.zh-CN')
  await app.proof.waitFor({ timeout: RUN_TIMEOUT_MS })
  await app.page.waitForTimeout(SETTLE_MS)
  await app.take('proof-light.zh-CN')
  await app.closeProof()
  await app.page.waitForTimeout(AFTER_MS)
  await app.take('focus-light.zh-CN')
  await app.setTheme('dark')
  await app.take('focus-dark.zh-CN')
}

/** @param {AppWindow} app */
const takeColumns = async (app) => {
  await app.page.getByRole('button', { name: 'Columns…' }).click()
  const dialog = app.page.getByRole('dialog', { name: 'Columns', exact: true })
  await dialog.waitFor()
  await app.takeBoth('columns')
  await app.takeSmall('columns')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** @param {AppWindow} app */
const takePalette = async (app) => {
  await app.page.keyboard.press('Control+k')
  const dialog = app.page.getByRole('dialog', { name: 'Command palette' })
  await dialog.waitFor()
  await app.takeBoth('palette')
  await app.takeSmall('palette')
  await app.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
}

/**
 * The countdown is short: a plan for each picture.
 * @param {AppWindow} app
 */
const takePlans = async (app) => {
  for (const theme of ['light', 'dark']) {
    await app.setTheme(theme)
    await app.press()
    await app.take(`plan-${theme}`)
    await app.cancelPlan()
  }
  await app.setTheme('light')
  await app.setSize(SMALL)
  await app.press()
  await app.take('plan-light-900')
  await app.cancelPlan()
  await app.setSize(LARGE)
}

/**
 * Blows up, takes the run when the balloon is about as large as it will be, and waits for the proof.
 * @param {AppWindow} app
 */
const takeRun = async (app) => {
  await app.press()
  await app.plan.getByRole('button', { name: /^(Start now|Blow up|Blow up anyway)$/ }).click()
  await app.run.waitFor()
  const size = app.run.getByRole('meter', { name: 'Balloon' })
  await app.page.waitForFunction(
    (meter) =>
      Number(meter.getAttribute('aria-valuenow')) >= 0.5 * Number(meter.getAttribute('aria-valuemax')),
    await size.elementHandle(),
    { timeout: RUN_TIMEOUT_MS },
  )
  await app.take('run-light')
  await app.proof.waitFor({ timeout: RUN_TIMEOUT_MS })
}

/** @param {AppWindow} app */
const takePanels = async (app) => {
  const split = app.page.getByRole('button', { name: 'One panel for each series' })
  await split.click()
  await app.takeBoth('panels')
  await app.takeSmall('panels')
  await split.click()
}

/** @param {AppWindow} app */
const takeTabs = async (app) => {
  for (const name of ['Facts', 'Events']) {
    await app.page.getByRole('tab', { name }).click()
    await app.takeBoth(name.toLowerCase())
    await app.takeSmall(name.toLowerCase())
  }
}

/**
 * The run as it was recorded: in the history, in the dialog of an export, opened, and beside the process as it is now.
 * @param {AppWindow} app
 */
const takeRecorded = async (app) => {
  const { page } = app
  await page.getByRole('button', { name: 'Mark this moment…' }).click()
  await page.getByRole('textbox', { name: 'What happened then' }).fill('the balloon proved it')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'History', exact: true }).click()
  const lane = page.getByRole('slider').first()
  await lane.focus()
  // Half of a quarter of an hour.
  await page.keyboard.press('+')
  await page.getByRole('listitem').filter({ hasText: 'the balloon proved it' }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('table').waitFor()
  await app.takeBoth('history')
  await app.takeSmall('history')

  await page.getByRole('button', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export snapshot' })
  await dialog.getByText('‹redacted›').first().waitFor()
  await app.takeBoth('export')
  await app.takeSmall('export')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })

  // In the middle of the run.
  await page.getByRole('slider', { name: 'Moment that is shown' }).focus()
  for (let step = 0; step < 2; step++) await page.keyboard.press('PageUp')
  await app.article.waitFor()
  await app.takeBoth('replay')
  await app.takeSmall('replay')
  await app.article.getByRole('button', { name: 'Compare…' }).click()
  await page.getByRole('combobox', { name: 'Side B' }).selectOption({ index: 1 })
  await page.getByRole('region', { name: 'Numbers' }).waitFor()
  await app.takeBoth('compare')
  await app.takeSmall('compare')
}

/** The window as a person works with it. */
class AppWindow {
  /**
   * @param {import('@playwright/test').ElectronApplication} electron
   * @param {import('@playwright/test').Page} page
   * @param {string} outDir
   * @param {(name: string) => boolean} isWanted
   */
  constructor(electron, page, outDir, isWanted) {
    this.electron = electron
    this.page = page
    this.outDir = outDir
    this.isWanted = isWanted
    this.article = page.getByRole('article')
    this.plan = this.article.getByRole('region', { name: /^(Plan of the balloon|气球计划)$/ })
    this.run = this.article.getByRole('region', { name: /^(Balloon|气球)$/ })
    this.proof = this.article
      .getByRole('region', { name: /^(Proof|证明)$/ })
      .filter({ has: page.getByRole('heading') })
  }

  /** @param {{ width: number, height: number }} size of the window's content */
  async setSize(size) {
    await this.electron.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0].setContentSize(width, height)
    }, size)
    await this.page.waitForFunction(
      ({ width, height }) => globalThis.innerWidth === width && globalThis.innerHeight === height,
      size,
    )
  }

  /** @param {'light' | 'dark'} theme */
  async setTheme(theme) {
    await this.page.emulateMedia({ colorScheme: theme })
  }

  async take(name) {
    if (!this.isWanted(name)) return
    // Two frames: charts draw a frame after their data or their colours have changed.
    await this.page.evaluate(
      () =>
        new Promise((done) => globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(done))),
    )
    await this.page.mouse.move(0, 0)
    await this.page.screenshot({ path: join(this.outDir, `${name}.png`) })
    say(`${name}.png`)
  }

  async takeBoth(name) {
    for (const theme of ['dark', 'light']) {
      await this.setTheme(theme)
      await this.take(`${name}-${theme}`)
    }
  }

  async takeSmall(name, theme = 'light') {
    await this.setTheme(theme)
    await this.setSize(SMALL)
    await this.take(`${name}-${theme}-900`)
    await this.setTheme('light')
    await this.setSize(LARGE)
  }

  async openThisMachine() {
    await this.page.getByRole('main').getByRole('button').filter({ hasText: 'This machine' }).click()
    // The row under the head is the largest process: its walk may have to wait for the budget.
    await this.page
      .getByRole('row')
      .nth(1)
      .locator('[data-column="lazyFreeBytes"]')
      .filter({ hasText: /\d/ })
      .waitFor({ timeout: READ_TIMEOUT_MS })
  }

  async goToDoors() {
    await this.page.getByRole('button', { name: 'Ballonet: back to the start' }).click()
  }

  /** Goes through the second door and waits for Go's own numbers. */
  async startDemo() {
    await this.page.getByRole('main').getByRole('button').nth(1).click()
    await this.article
      .locator('dl.strip [data-metric="heapInuseBytes"] dd')
      .filter({ hasText: /\d/ })
      .waitFor({ timeout: DEMO_TIMEOUT_MS })
  }

  /** Asks for a plan. */
  async press() {
    await this.article.getByRole('button', { name: /^(Balloon|气球)$/ }).click()
    await this.plan.waitFor()
  }

  async cancelPlan() {
    await this.page.keyboard.press('Escape')
    await this.plan.waitFor({ state: 'hidden' })
  }

  async closeProof() {
    await this.proof.getByRole('button', { name: /^(Close|关闭)$/ }).click()
    await this.proof.waitFor({ state: 'hidden' })
  }
}

await runProgram(main)
