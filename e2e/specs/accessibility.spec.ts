import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page, TestInfo } from '@playwright/test'
import { expect, test } from '../ballonet-app'
import { AlertsPage } from '../pages/alerts-page'
import { BalloonPage } from '../pages/balloon-page'
import { ConnectPage } from '../pages/connect-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { RailPage } from '../pages/rail-page'
import { ReplayPage } from '../pages/replay-page'
import { ShellPage } from '../pages/shell-page'
import { TablePage } from '../pages/table-page'

/** What axe calls serious or critical, one line each: rule, element, why. */
async function findProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
    )
}

/** Looks at what is shown now, in both themes. */
function createCheck(page: Page, info: TestInfo): (view: string) => Promise<void> {
  return async (view) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const name = `${view}, ${colorScheme}`
      await test.step(name, async () => {
        await page.emulateMedia({ colorScheme })
        await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
        await info.attach(name, { body: await page.screenshot(), contentType: 'image/png' })
        expect.soft(await findProblems(page), name).toEqual([])
      })
    }
  }
}

test('axe finds nothing serious in any view, light and dark', async ({ ballonet: { page } }, info) => {
  const [doors, table, focus] = [new DoorsPage(page), new TablePage(page), new FocusPage(page)]
  const [balloon, shell, alerts] = [new BalloonPage(page), new ShellPage(page), new AlertsPage(page)]
  const check = createCheck(page, info)

  await check('doors')
  await doors.startDemo()
  await expect(focus.article).toBeVisible({ timeout: 60_000 })
  await focus.waitForHeap()
  await check('table and focus')
  await focus.article.getByRole('tab', { name: 'Facts' }).click()
  await table.openColumns()
  await check('columns over facts')
  await table.closeColumns()
  await shell.openPalette()
  await check('palette')
  await page.keyboard.press('Escape')
  await alerts.open()
  await alerts.dialog.getByRole('button', { name: 'Add a rule' }).click()
  await alerts.dialog.getByRole('button', { name: 'Save' }).first().click()
  await check('alerts, with a rule that has no name')
  await alerts.close()
  await table.tree.click()
  await balloon.press()
  await balloon.plan.getByRole('button', { name: 'Adjust…' }).click()
  await check('plan and tree')
  await balloon.startNow()
  await expect(balloon.proof).toBeVisible({ timeout: 60_000 })
  await table.filter('no such process anywhere')
  await check('proof and no match')
})

test('axe finds nothing serious while connecting, and with a target that is away', async ({
  ballonet: { page },
}, info) => {
  const [connect, rail, table] = [new ConnectPage(page), new RailPage(page), new TablePage(page)]
  const check = createCheck(page, info)

  await connect.openFromDoor()
  await check('connect')
  await connect.runCommand('sleep 3141593')
  await expect(connect.step).toBeVisible()
  await check('connecting')
  await page.keyboard.press('Escape')
  await connect.command.fill('ballonet-no-such-program')
  await connect.command.press('Enter')
  await expect(connect.failure).toBeVisible()
  await check('failure')
  await connect.button('Edit').click()
  // Ends by itself, after the table was seen.
  await connect.command.fill('timeout 8 sh')
  await connect.command.press('Enter')
  await expect(table.rows.first()).toBeVisible()
  await expect(rail.banner).toBeVisible()
  await check('away')
})

test.describe('what was recorded', () => {
  const path = join(import.meta.dirname, '../../test/fixtures/snapshots/v1.ballonet')
  test.use({ launch: { arguments: [path] } })

  test('axe finds nothing serious in a replay, its export, a comparison and the history', async ({
    ballonet: { page },
  }, info) => {
    const check = createCheck(page, info)
    const replay = new ReplayPage(page)
    await expect(replay.bar).toContainText('v1.ballonet')
    await expect(new FocusPage(page).verdict).toContainText('LazyFree')
    await check('replay')
    await replay.askExport()
    await check('export')
    await page.keyboard.press('Escape')
    await expect(replay.dialog).toBeHidden()
    await page.getByRole('article').getByRole('button', { name: 'Compare…' }).click()
    await page.getByRole('combobox', { name: 'Side B' }).selectOption({ index: 1 })
    await expect(page.getByRole('region', { name: 'Numbers' })).toContainText('RSS')
    await page.getByText(/equal facts/).click()
    await check('compare')
    await page.getByRole('button', { name: 'History…' }).click()
    await page.getByRole('slider').first().focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'What is kept…' }).click()
    await check('history')
  })
})
