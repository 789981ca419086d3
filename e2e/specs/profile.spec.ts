import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '../ballonet-app'
import { startTestService } from '../../test/support/go-service'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ProfilePage } from '../pages/profile-page'
import { TablePage } from '../pages/table-page'

const run = promisify(execFile)
let service: Awaited<ReturnType<typeof startTestService>>
let dir: string

test.beforeAll(async () => {
  service = await startTestService(['-alloc-mib', '200', '-keep-mib', '60'])
  dir = await mkdtemp(join(tmpdir(), 'ballonet-profile-'))
})
test.afterAll(async () => {
  await service.end()
  await rm(dir, { recursive: true, force: true })
})
test.beforeEach(async ({ ballonet: { page } }) => {
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(service.key.pid)
  await new FocusPage(page).waitForHeap()
})

/** The rows of `go tool pprof -top`, each with single spaces. */
async function readTop(path: string, ...options: string[]): Promise<string[]> {
  const { stdout } = await run('go', ['tool', 'pprof', '-top', ...options, path])
  const lines = stdout.trimEnd().split('\n')
  const head = lines.findIndex((line) => /^\s+flat\s+flat%/.test(line))
  return lines.slice(head + 1).map((line) => line.replaceAll(/\s+/g, ' ').trim())
}

async function fetchProfile(url: string): Promise<Buffer> {
  const answer = await fetch(new URL('/debug/pprof/heap', url))
  return Buffer.from(await answer.arrayBuffer())
}

test('a fetched profile is saved raw, and its table equals go tool pprof', async ({
  ballonet: { page, electron },
}) => {
  const profile = new ProfilePage(page)
  await profile.open()
  await profile.fetch()
  const path = join(dir, 'fetched.pb.gz')
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
  await profile.button('Save raw…').click()
  await expect
    .poll(() =>
      readFile(path).then(
        ({ length }) => length,
        () => 0,
      ),
    )
    .toBeGreaterThan(100)

  expect(await profile.rows()).toEqual(await readTop(path))
  await profile.sampleType.selectOption('alloc_space')
  await expect.poll(() => profile.rows()).toEqual(await readTop(path, '-sample_index=alloc_space'))
  await profile.table.getByRole('button', { name: 'cum', exact: true }).click()
  await expect.poll(() => profile.rows()).toEqual(await readTop(path, '-sample_index=alloc_space', '-cum'))
})

test('table and flame graph select each other; search, keys and zoom', async ({ ballonet: { page } }) => {
  const profile = new ProfilePage(page)
  await profile.open()
  await profile.fetch()
  // The second row: what lies under the whole.
  await profile.flame.click({ position: { x: 60, y: 27 } })
  await expect(profile.selectedRow()).toHaveCount(1)
  const name = (await profile.selectedRow().locator('.name').innerText()).trim()
  await expect(profile.detail).toContainText(`${name}: cum`)
  await expect(profile.detail).toContainText(/cum [\d,]+ bytes \([\d.]+%\)/)

  await profile.flame.focus()
  await page.keyboard.press('ArrowDown')
  await expect(profile.detail).not.toContainText(`${name}: cum`)
  await page.keyboard.press('+')
  await expect(profile.button('Show all')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(profile.button('Show all')).toBeHidden()

  await profile.search.fill('MAIN.')
  await expect(profile.detail).toContainText(/Functions found: [1-9]/)
  for (const row of await profile.rows()) expect(row).toContain('main.')
  await profile.search.fill('')

  await profile.view('Callers and callees').click()
  await expect(profile.panel.getByRole('heading', { name: 'Called by' })).toBeVisible()
  await profile.view('Call tree').click()
  await expect(profile.panel.getByRole('treegrid').getByRole('row').nth(1)).toBeVisible()
})

test('a dropped file is compared with another one; what is no profile is told', async ({
  ballonet: { page },
}) => {
  const profile = new ProfilePage(page)
  const [first, second] = [join(dir, 'first.pb.gz'), join(dir, 'second.pb.gz')]
  const smaller = await startTestService(['-alloc-mib', '90', '-keep-mib', '20'])
  try {
    await writeFile(first, await fetchProfile(smaller.url))
  } finally {
    await smaller.end()
  }
  await profile.open()
  await profile.drop('first.pb.gz', await readFile(first))
  await profile.waitForView()
  await profile.fetch()
  await writeFile(second, await fetchProfile(service.url))
  await profile.drop('second.pb.gz', await readFile(second))
  await profile.sampleType.selectOption('alloc_space')
  await profile.compare.selectOption({ label: 'first.pb.gz' })
  const options = [`-diff_base=${first}`, '-sample_index=alloc_space']
  const top = await readTop(second, ...options)
  expect(top.length).toBeGreaterThan(1)
  // The table has no more rows in the page than are seen.
  const seen = async (): Promise<unknown[]> => (await profile.rows()).slice(0, 15)
  await expect.poll(seen).toEqual(top.slice(0, 15))
  await expect(profile.panel).toContainText(/[\d,]+ bytes before, [\d,]+ bytes now: \+[\d,]+ bytes/)
  await expect(profile.panel.getByText('less than before')).toBeVisible()

  await profile.drop('notes.txt', Buffer.from('heap profile: 1: 2 [3: 4] @ heap/1048576\n'))
  await expect(profile.panel.getByRole('alert')).toBeVisible()
})

test('axe finds nothing serious in the Profile tab', async ({ ballonet: { page } }) => {
  const profile = new ProfilePage(page)
  await profile.open()
  await profile.fetch()
  for (const view of ['Functions', 'Call tree', 'Callers and callees']) {
    await profile.view(view).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(
        grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        `${view}, ${colorScheme}`,
      ).toEqual([])
    }
  }
})
