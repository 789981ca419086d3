import { execFileSync } from 'node:child_process'
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '../ballonet-app'
import { awkRollupBytes } from '../hosts/rollup'
import { startTestService } from '../../test/support/go-service'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { MemoryPage } from '../pages/memory-page'
import { isShownAs } from '../pages/shown-bytes'
import { TablePage } from '../pages/table-page'

let service: Awaited<ReturnType<typeof startTestService>>

test.beforeAll(async () => {
  service = await startTestService(['-alloc-mib', '240', '-keep-mib', '40'], {
    environment: { GODEBUG: 'madvdontneed=0' },
  })
})
test.afterAll(() => service.end())
test.beforeEach(async ({ ballonet: { page } }) => {
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(service.key.pid)
  await new FocusPage(page).waitForHeap()
})

/** A column of smaps added up by awk, bytes. */
function awkSmapsBytes(field: string): number {
  const program = `/^${field}:/ { sum += $2 } END { print sum * 1024 }`
  return Number(execFileSync('awk', [program, `/proc/${service.key.pid}/smaps`], { encoding: 'utf8' }))
}

test('the bands add up to RSS, each with its source and its reason', async ({ ballonet: { page } }) => {
  const memory = new MemoryPage(page)
  await expect(memory.band('heapInuse')).toHaveText(/\d/)
  await expect(memory.band('lazyFree')).toHaveText(/\d/)
  const { rss, bands } = await memory.shownBands()
  expect(bands).toHaveLength(8)
  const sum = bands.reduce((all, { bytes }) => all + bytes, 0)
  const tolerance = [rss, ...bands].reduce((all, { toleranceBytes }) => all + toleranceBytes, 0)
  expect(Math.abs(sum - rss.bytes)).toBeLessThanOrEqual(tolerance * 1.001)
  await expect
    .poll(async () =>
      isShownAs(awkRollupBytes(service.key.pid, 'LazyFree'), await memory.band('lazyFree').innerText()),
    )
    .toBe(true)
  await expect(memory.accounting.locator('[data-band="lazyFree"]')).toHaveAttribute(
    'data-tip',
    /smaps_rollup/,
  )
  await expect(memory.accounting.locator('[data-band="heapInuse"]')).toHaveAttribute(
    'data-tip',
    /Go endpoint/,
  )

  await memory.accounting.getByRole('button', { name: 'Over time' }).click()
  const chart = page.getByRole('img', { name: /^The bands of RSS over time/ })
  await expect(chart).toBeVisible()
  await memory.accounting.getByRole('button', { name: 'Where RSS goes' }).click()
  await expect(chart).toBeHidden()
  await expect(memory.band('lazyFree')).toBeHidden()
  await memory.accounting.getByRole('button', { name: 'Where RSS goes' }).click()
})

test('the memory map is read when asked, and its sums are those of smaps', async ({ ballonet: { page } }) => {
  const memory = new MemoryPage(page)
  await memory.tab.click()
  await expect(memory.map).toContainText('only when asked')
  await memory.read()
  const fields = {
    rssBytes: 'Rss',
    lazyFreeBytes: 'LazyFree',
    privateDirtyBytes: 'Private_Dirty',
    swapBytes: 'Swap',
  }
  // The service answers polls between the two readings: both are made again until they agree.
  await expect
    .poll(
      async () => {
        await memory.readAgain()
        const wrong: string[] = []
        for (const [id, field] of Object.entries(fields)) {
          const text = await memory.sum('total', id).innerText()
          const bytes = awkSmapsBytes(field)
          if (!(bytes === 0 ? text.trim() === '0' : isShownAs(bytes, text)))
            wrong.push(`${id}: ${text} is not ${bytes}`)
        }
        return wrong
      },
      { timeout: 30_000 },
    )
    .toEqual([])
  await expect(memory.sum('goArena', 'lazyFreeBytes')).toHaveText(/1\d\d\sMiB|2\d\d\sMiB/)
  await expect(memory.sum('stack', 'rssBytes')).toHaveText(/KiB/)

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('article').analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([])
  }

  await memory.map.getByRole('button', { name: 'Go heap arenas' }).click()
  await expect(memory.rows().first()).toContainText(/^c0[0-9a-f]{8}rw-pGo heap arenas/)
  await memory.map.getByRole('searchbox').fill('no such name')
  await expect(memory.map).toContainText('No mapping matches.')
  await memory.map.getByRole('searchbox').fill('')
  await memory.map.getByRole('button', { name: /^All$/ }).click()
  await memory.map.getByRole('button', { name: /^Show changes since/ }).click()
  await expect(memory.sum('total', 'rssBytes')).toHaveText(/^\s*(·|[+\u2212][\d.]+\s[KM]iB)\s*$/)
})
