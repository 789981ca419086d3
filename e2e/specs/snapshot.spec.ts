import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { startTestService } from '../../test/support/go-service'
import { expect, repositoryDir, test } from '../ballonet-app'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ReplayPage } from '../pages/replay-page'
import { ShellPage } from '../pages/shell-page'
import { TablePage } from '../pages/table-page'

let dir: string
let service: Awaited<ReturnType<typeof startTestService>>
test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-snapshots-'))
  service = await startTestService(['-alloc-mib', '120', '-keep-mib', '20'], {
    environment: { GODEBUG: 'madvdontneed=0' },
  })
})
test.afterAll(async () => {
  await service.end()
  rmSync(dir, { recursive: true })
})

/** What the person chooses in the next dialogs. */
function choose(electron: ElectronApplication, path: string): Promise<void> {
  return electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
  }, path)
}

test('an incident is marked, exported, opened again, looked at moment by moment and compared', async ({
  ballonet: { page, electron },
}) => {
  const path = join(dir, 'incident.ballonet')
  const focus = new FocusPage(page)
  const replay = new ReplayPage(page)
  await choose(electron, path)
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(service.key.pid)
  await focus.waitForHeap()
  // What is not read yet can not be exported.
  await expect(focus.verdict).toContainText('is LazyFree')
  await page.getByRole('button', { name: 'Mark this moment…' }).click()
  await page.getByRole('textbox', { name: 'What happened then' }).fill('deployed build 1.12')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'What happened then' })).toBeHidden()

  await replay.askExport()
  await expect(replay.leaving).toContainText('deployed build 1.12')
  await expect(replay.leaving).toContainText('‹redacted›')
  await expect(replay.leaving).not.toContainText('-alloc-mib')
  await replay.dialog.getByRole('checkbox', { name: 'Host names' }).check()
  await expect(replay.leaving).toContainText('host-1')
  if (process.env['SHOTS'] !== undefined)
    await page.screenshot({ path: `${process.env['SHOTS']}/export.png` })
  await replay.save()
  expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK')

  await expect(page.getByRole('log', { name: 'Messages' })).toContainText(
    /The snapshot is saved: [\d.]+\s[KM]iB\./,
  )
  if (process.env['SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['SHOTS']}/saved.png` })

  await new ShellPage(page).runCommand('Open a snapshot')
  await expect(replay.bar).toContainText('incident.ballonet')
  await expect(focus.verdict).toContainText('is LazyFree')
  await expect(page.getByRole('article').getByRole('button', { name: /balloon/i })).toHaveCount(0)

  if (process.env['SHOTS'] !== undefined)
    await page.screenshot({ path: `${process.env['SHOTS']}/replay.png` })
  const before = await replay.slider.getAttribute('aria-valuetext')
  await replay.slider.focus()
  await page.keyboard.press('Home')
  await expect(replay.slider).not.toHaveAttribute('aria-valuetext', before ?? '')
  await page.keyboard.press('End')
  await expect(replay.slider).toHaveAttribute('aria-valuetext', before ?? '')

  await page.getByRole('article').getByRole('button', { name: 'Compare…' }).click()
  await page.getByRole('combobox', { name: 'Side B' }).selectOption({ index: 1 })
  await expect(page.getByRole('heading', { name: 'Facts that differ' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Numbers' })).toContainText('RSS')
  if (process.env['SHOTS'] !== undefined)
    await page.screenshot({ path: `${process.env['SHOTS']}/compare.png` })
})

test('a file that is no snapshot is refused with a clear text, and nothing is opened', async ({
  ballonet: { page, electron },
}) => {
  const path = join(dir, 'broken.ballonet')
  writeFileSync(path, 'PK no zip at all')
  await choose(electron, path)
  await page.getByRole('button', { name: /Open a snapshot/ }).click()
  await expect(page.getByText('This is no whole snapshot')).toBeVisible()
  await expect(new ReplayPage(page).bar).toHaveCount(0)
})

test('a past hour is opened from the history, and what is kept can be changed', async ({
  ballonet: { page },
}) => {
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(service.key.pid)
  await new FocusPage(page).waitForHeap()
  await page.getByRole('button', { name: 'History', exact: true }).click()
  const chip = page
    .getByRole('group', { name: 'Processes' })
    .getByRole('button', { name: String(service.key.pid) })
  await expect(chip).toHaveAttribute('aria-pressed', 'true')
  const lane = page.getByRole('slider').first()
  await lane.focus()
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('textbox', { name: 'What happened then' }).fill('looked back')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('listitem').filter({ hasText: 'looked back' })).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'connected' }).first()).toBeVisible()
  await lane.focus()
  await page.keyboard.press('+')
  await expect(page.getByText('7 min 30 s', { exact: false })).toBeVisible()
  await page.getByRole('button', { name: 'What is kept…' }).click()
  await page.getByRole('textbox', { name: 'Days' }).fill('3')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByText('It holds from now on.')).toBeVisible()
  await page.getByRole('button', { name: 'Now', exact: true }).click()
  if (process.env['SHOTS'] !== undefined)
    await page.screenshot({ path: `${process.env['SHOTS']}/history.png` })
  await page.getByRole('button', { name: 'Open this range' }).click()
  await expect(new ReplayPage(page).bar).toContainText('Recording of This machine')
  await expect(page.getByRole('article')).toContainText(`pid ${service.key.pid}`)

  const table = new TablePage(page)
  await table.filter('')
  await table.rows
    .filter({ hasNotText: String(service.key.pid) })
    .first()
    .click()
  await expect(page.getByText(/^Process \d+ was not watched$/)).toBeVisible()
  await expect(page.getByRole('log')).toBeEmpty()
})

test.describe('a file that is named on the command line', () => {
  const path = join(import.meta.dirname, '../../test/fixtures/snapshots/v1.ballonet')
  test.use({ launch: { arguments: [path] } })

  test('is opened with the window, and one that is dropped on it as well', async ({ ballonet: { page } }) => {
    const replay = new ReplayPage(page)
    await expect(replay.bar).toContainText('v1.ballonet')
    await expect(page.getByRole('article')).toContainText('pid 808')
    const bytes = [...readFileSync(path)]
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(content)], 'dropped.ballonet'))
      for (const type of ['dragenter', 'dragover', 'drop'])
        document
          .querySelector('.app')
          ?.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    }, bytes)
    await expect(replay.bar).toContainText('dropped.ballonet')
  })

  test('is opened in the window that is there when the app is started once more, as by a double click', async ({
    ballonet: { page, electron },
  }) => {
    await expect(new ReplayPage(page).bar).toContainText('v1.ballonet')
    const again = join(dir, 'double click.ballonet')
    copyFileSync(path, again)
    const { spawnfile } = electron.process()
    const dataDir = await electron.evaluate(({ app }) => app.getPath('userData'))
    const second = spawn(spawnfile, [repositoryDir, `--user-data-dir=${dataDir}`, '--no-sandbox', again], {
      stdio: 'ignore',
    })
    const ended = once(second, 'exit')
    try {
      await expect(new ReplayPage(page).bar).toContainText('double click.ballonet')
      expect(await ended).toEqual([0, null])
    } finally {
      second.kill('SIGKILL')
    }
  })
})

const looks = [
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'light', width: 800 },
] as const
for (const { colorScheme, width } of looks) {
  test.describe(`${colorScheme}, ${width} wide`, () => {
    const path = join(import.meta.dirname, '../../test/fixtures/snapshots/v1.ballonet')
    test.use({ launch: { arguments: [path], colorScheme } })

    test('replay, comparison and history fit into the window', async ({ ballonet: { page, electron } }) => {
      const keep = async (name: string): Promise<void> => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(width).toBeLessThanOrEqual(0)
        if (process.env['SHOTS'] !== undefined)
          await page.screenshot({ path: `${process.env['SHOTS']}/${name}-${colorScheme}.png` })
      }
      await electron.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size, 900),
        width,
      )
      await expect(new ReplayPage(page).bar).toContainText('v1.ballonet')
      await expect(new FocusPage(page).verdict).toContainText('LazyFree')
      await keep('replay')
      await page.getByRole('article').getByRole('button', { name: 'Compare…' }).click()
      await page.getByRole('combobox', { name: 'Side B' }).selectOption({ index: 1 })
      await expect(page.getByRole('region', { name: 'Numbers' })).toContainText('RSS')
      await keep('compare')
      await page.getByRole('button', { name: 'History…' }).click()
      await page.getByRole('slider').first().focus()
      await page.keyboard.press('ArrowLeft')
      await keep('history')
    })
  })
}
