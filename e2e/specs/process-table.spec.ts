import { spawn } from 'node:child_process'
import { expect, test } from '../ballonet-app'
import { startManyProcesses } from '../hosts/many-processes'
import { startOddProcesses } from '../hosts/odd-processes'
import { readStatusBytes, until } from '../hosts/processes'
import { startTestService } from '../../test/support/go-service'
import { awkRollupBytes } from '../hosts/rollup'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { isShownAs } from '../pages/shown-bytes'
import { TablePage } from '../pages/table-page'

const markup = '<img src=x onerror="document.title=1">'

test.beforeEach(async ({ ballonet: { page } }) => new DoorsPage(page).openThisMachine())

test('names of every kind are shown as they are, and do nothing', async ({ ballonet: { page } }) => {
  const table = new TablePage(page)
  const odd = await startOddProcesses(
    [
      'a b  c',
      '(x) R 1',
      '[kthreadd]',
      'two\nlines',
      '<b>bold</b'.replace('/', '\u2215'),
      'pay\u202eexe.lla',
      '进程',
    ],
    markup,
  )
  try {
    const shown: Record<string, string> = {
      'two\nlines': 'two\\nlines',
      'pay\u202eexe.lla': 'pay\\u202eexe.lla',
    }
    for (const { pid, name } of odd.list) {
      await table.filter(String(pid))
      await expect(table.cell(pid, 'command').locator('.name')).toHaveText(shown[name] ?? name)
      await expect(table.cell(pid, 'command').locator('.arguments')).toContainText(markup)
    }
    await table.filter('onerror')
    await expect(table.rows).toHaveCount(odd.list.length)
    expect(await table.grid.locator('img, b').count()).toBe(0)
    // In focus, too: the name stands in the title of the window and over the numbers.
    const bold = odd.list[4]!
    await table.row(bold.pid).click()
    await expect(page.getByRole('article').getByRole('heading', { level: 2 })).toHaveText(bold.name)
    await page.getByRole('article').getByRole('tab', { name: 'Facts' }).click()
    await expect(page.getByRole('article').getByRole('tabpanel')).toContainText(markup)
    expect(await page.locator('article img').count()).toBe(0)
    await expect(page).toHaveTitle(/^PID \d+ – Ballonet$/)
  } finally {
    await odd.end()
  }
})

test('filter, Go only, sort and tree', async ({ ballonet: { page } }) => {
  const table = new TablePage(page)
  const service = await startTestService(['-scenario', 'idle', '-keep-mib', '40'])
  try {
    const { pid } = service.key
    await test.step('filter by name, pid and user', async () => {
      await table.filter('go-service')
      await expect(table.row(pid)).toHaveCount(1)
      await expect(table.count).toContainText(/^\s*\d+ of \d/)
      await table.filter(`${pid}`)
      await expect(table.row(pid)).toHaveCount(1)
      await expect(table.cell(pid, 'user')).toHaveText('root')
      await table.filter(`go-service root`)
      await expect(table.row(pid)).toHaveCount(1)
      await table.filter('no such process anywhere')
      await expect(table.section).toContainText('No process matches')
      await table.section.getByRole('button', { name: 'Show all' }).click()
      await expect(table.filterField).toHaveValue('')
    })
    await test.step('Go only shows it with its version', async () => {
      await table.goOnly.click()
      await expect(table.row(pid)).toHaveCount(1)
      await expect(table.cell(pid, 'goVersion')).toHaveText(/^go1\.\d+/)
      await expect(table.rows.filter({ hasText: 'playwright' })).toHaveCount(0)
      await table.goOnly.click()
    })
    await test.step('sort turns round', async () => {
      await expect(table.header('RES')).toHaveAttribute('aria-sort', 'descending')
      await table.sortBy('PID')
      await expect(table.header('PID')).toHaveAttribute('aria-sort', 'ascending')
      await expect(table.rows.first().locator('[data-column="pid"]')).toHaveText('1')
      await table.sortBy('PID')
      const pids = (await table.rows.locator('[data-column="pid"]').allInnerTexts()).map(Number)
      expect(pids).toEqual(pids.toSorted((a, b) => b - a))
    })
    await test.step('the tree shows its parents and folds', async () => {
      await table.tree.click()
      await table.filter(`${pid}`)
      await expect(table.row(pid)).toHaveAttribute('aria-level', /^([2-9]|\d\d)$/)
      // The worker of the tests, which started it, is there only because of it.
      await expect(table.row(process.pid)).toHaveAttribute('aria-expanded', 'true')
      await table.filter('')
      await table.filter(`${process.pid}`)
      await expect(table.row(process.pid)).toBeVisible()
    })
  } finally {
    await service.end()
  }
})

test('the keyboard alone finds a process, focuses it and lets it go', async ({ ballonet: { page } }) => {
  const table = new TablePage(page)
  const odd = await startOddProcesses(['first-of-two', 'second-of-two'], 'keyboard')
  try {
    // By size two like these may change places at any moment.
    await table.sortBy('PID')
    await page.keyboard.press('/')
    await expect(table.filterField).toBeFocused()
    await page.keyboard.type('of-two')
    await expect(table.rows).toHaveCount(2)
    await page.keyboard.press('Enter')
    await expect(table.grid).toBeFocused()
    const selected = table.grid.locator('.cursor')
    await expect(selected).toHaveCount(1)
    await page.keyboard.press('Home')
    const first = await selected.locator('[data-column="pid"]').innerText()
    await page.keyboard.press('ArrowDown')
    const second = await selected.locator('[data-column="pid"]').innerText()
    expect(new Set([first, second])).toEqual(new Set(odd.list.map(({ pid }) => String(pid))))
    await page.keyboard.press('Enter')
    await new FocusPage(page).waitForProcess(Number(second))
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await new FocusPage(page).waitForProcess(Number(first))
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await expect(table.filterField).toHaveValue('')
  } finally {
    await odd.end()
  }
})

test('columns are chosen, filled, and kept', async ({ ballonet: { page } }) => {
  const table = new TablePage(page)
  const service = await startTestService(['-alloc-mib', '120', '-keep-mib', '20'], {
    environment: { GODEBUG: 'madvdontneed=0' },
  })
  try {
    const { pid } = service.key
    await table.filter(`${pid}`)
    await table.openColumns()
    await table.columnBox('PSS').check()
    await table.columnBox('VIRT').check()
    await table.columnBox('User').uncheck()
    await table.closeColumns()
    await expect(table.header('PSS')).toBeVisible()
    await expect(table.header('User')).toHaveCount(0)
    // The service is idle: its numbers stay while this looks twice.
    await expect
      .poll(async () => isShownAs(awkRollupBytes(pid, 'Pss'), await shownText(table, pid, 'pssBytes')))
      .toBe(true)
    await expect
      .poll(async () =>
        isShownAs(awkRollupBytes(pid, 'LazyFree'), await shownText(table, pid, 'lazyFreeBytes')),
      )
      .toBe(true)
    expect(isShownAs(readStatusBytes(pid, 'VmSize')!, await shownText(table, pid, 'virtBytes'))).toBe(true)
    await page.reload()
    await new DoorsPage(page).openThisMachine()
    await expect(table.header('PSS')).toBeVisible()
    await expect(table.header('User')).toHaveCount(0)
  } finally {
    await service.end()
  }
})

test('RES is VmRSS of a stopped process, and its row goes when it ends', async ({ ballonet: { page } }) => {
  const table = new TablePage(page)
  const child = spawn('/usr/bin/perl', ['-e', 'my $x = "a" x 50_000_000; 1 while <STDIN>', 'ends-soon'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const pid = child.pid!
  try {
    await until(
      'its memory',
      () => readStatusBytes(pid, 'VmRSS') ?? 0,
      (bytes) => bytes > 50_000_000,
      5000,
    )
    child.kill('SIGSTOP')
    await table.filter(`${pid}`)
    await expect
      .poll(async () => isShownAs(readStatusBytes(pid, 'VmRSS')!, await shownText(table, pid, 'rssBytes')))
      .toBe(true)
    child.kill('SIGKILL')
    await expect(table.row(pid)).toHaveCount(0)
  } finally {
    child.kill('SIGKILL')
  }
})

test('1,500 more processes are rows that are drawn only where they are seen', async ({
  ballonet: { page },
}) => {
  const table = new TablePage(page)
  const many = await startManyProcesses(1500)
  try {
    await expect
      .poll(async () => Number((await table.count.innerText()).replaceAll(/\D/g, '')), { timeout: 20_000 })
      .toBeGreaterThan(1500)
    const drawn = await table.rows.count()
    expect(drawn).toBeGreaterThan(10)
    expect(drawn).toBeLessThan(80)
    await table.sortBy('PID')
    await table.sortBy('PID')
    await table.grid.focus()
    await page.keyboard.press('End')
    await expect(table.rows.last().locator('[data-column="pid"]')).toHaveText('1')
    expect(await table.rows.count()).toBeLessThan(80)
    await table.tree.click()
    await table.filter(`${many.parentPid}`)
    await expect(table.row(many.parentPid)).toBeVisible()
    // Names and users of what is in view are read first, however many there are.
    await table.filter('')
    await expect(table.rows.nth(5).locator('[data-column="user"]')).not.toHaveText('—', { timeout: 5000 })
  } finally {
    await many.end()
  }
  await expect
    .poll(async () => Number((await table.count.innerText()).replaceAll(/\D/g, '')), { timeout: 20_000 })
    .toBeLessThan(1500)
})

async function shownText(table: TablePage, pid: number, columnId: string): Promise<string> {
  return table.value(pid, columnId).innerText()
}
