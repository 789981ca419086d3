import type { Page, TestInfo } from '@playwright/test'
import { expect, test } from '../ballonet-app'
import { BalloonPage } from '../pages/balloon-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ShellPage } from '../pages/shell-page'

/** A key of a catalogue that was not translated looks like `focus.endpoint.none`. */
const keyPattern = /\b[a-z][a-zA-Z-]*(?:\.[a-z][a-zA-Z-]*)+\b/g
const areas =
  'absence|balloon|balloon-card|chart|column|columns|command|demo|doors|error|event|focus|go|headline|notice|palette|settings|shell|table|targets|ui|verdict|verdict-card|walkthrough'
const isKey = new RegExp(`^(?:${areas})\\.`)

/** All that is seen or read out: texts, names, hints; without the names and command lines of processes. */
async function readTexts(page: Page): Promise<string> {
  return page.evaluate(() => {
    const names = ['aria-label', 'placeholder', 'title', 'data-tip', 'aria-valuetext']
    const foreign = '[role="row"], [role="tabpanel"] dd'
    const own = [...document.querySelectorAll('*')].filter((element) => element.closest(foreign) === null)
    const texts = own.flatMap((element) => [
      ...names.map((name) => element.getAttribute(name) ?? ''),
      ...[...element.childNodes].map((node) =>
        node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : '',
      ),
    ])
    return [document.title, ...texts].join('\n')
  })
}

async function check(page: Page, info: TestInfo, view: string): Promise<void> {
  await info.attach(`${view} 简体中文`, { body: await page.screenshot(), contentType: 'image/png' })
  const keys = ((await readTexts(page)).match(keyPattern) ?? []).filter((text) => isKey.test(text))
  expect.soft(keys, view).toEqual([])
}

test('the window speaks 简体中文 everywhere, and English again', async ({ ballonet: { page } }, info) => {
  const [doors, shell, focus, balloon] = [
    new DoorsPage(page),
    new ShellPage(page),
    new FocusPage(page),
    new BalloonPage(page),
  ]
  await shell.choose('简体中文')
  await expect(doors.title).toHaveText('内存去哪儿了？')
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await check(page, info, 'doors')

  await doors.doors.nth(1).click()
  await expect(focus.article).toBeVisible({ timeout: 60_000 })
  await expect(focus.number('heapInuseBytes')).toHaveText(/\d/)
  await expect(focus.headline).toContainText(/RSS .* 中有 .*为 LazyFree：.*内核需要时会收回。/)
  await check(page, info, 'table and focus')
  await focus.article.getByRole('tab').nth(1).click()
  await check(page, info, 'facts')

  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await expect(page.getByRole('option', { name: '语言：English' })).toBeVisible()
  await check(page, info, 'palette')
  await page.keyboard.press('Escape')

  await page.keyboard.press('b')
  await expect(focus.article.getByRole('timer')).toBeVisible()
  await check(page, info, 'plan')
  await page.keyboard.press('Escape')
  await expect(focus.article.getByRole('timer')).toBeHidden()

  // Words of English that no table of numbers has; names of processes and of the kernel's files stay.
  const chrome = await page.locator('header, .strip, .toolbar, [role="tablist"]').allInnerTexts()
  expect(chrome.join(' ')).not.toMatch(/\b(the|of|is|and|Next|Stop|Columns|Events|Facts)\b/)

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('English')
  await page.keyboard.press('Enter')
  await expect(balloon.button).toBeVisible()
})
