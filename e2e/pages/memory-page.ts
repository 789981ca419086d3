import { expect, type Locator, type Page } from '@playwright/test'
import { parseShownBytes, type ShownBytes } from './shown-bytes'

/** Where RSS goes, and the memory map, in the focus of one process. */
export class MemoryPage {
  readonly accounting: Locator
  readonly tab: Locator
  readonly map: Locator

  constructor(page: Page) {
    const article = page.getByRole('article')
    this.accounting = article.getByRole('region', { name: 'Where RSS goes' })
    this.tab = article.getByRole('tab', { name: 'Memory map' })
    this.map = article.getByRole('tabpanel', { name: 'Memory map' })
  }

  band(id: string): Locator {
    return this.accounting.locator(`[data-band="${id}"] .value`)
  }

  /** RSS and its bands as they stand on the screen at one moment; a band that is not known is left out. */
  async shownBands(): Promise<{ rss: ShownBytes; bands: ShownBytes[] }> {
    const texts = await this.accounting.evaluate((section) => ({
      rss: section.querySelector('.rss')?.textContent ?? '',
      bands: [...section.querySelectorAll('[data-band] .value')].map(({ textContent }) => textContent),
    }))
    const rss = parseShownBytes(texts.rss)
    if (rss === null) throw new Error(`RSS is no size: ${texts.rss}`)
    return { rss, bands: texts.bands.flatMap((text) => parseShownBytes(text) ?? []) }
  }

  async read(): Promise<void> {
    await this.tab.click()
    await this.map.getByRole('button', { name: 'Read the memory map' }).click()
    await expect(this.map.getByRole('button', { name: 'Read again' })).toBeEnabled()
  }

  async readAgain(): Promise<void> {
    const button = this.map.getByRole('button', { name: /^(Read again|Reading…)$/ })
    const before = await this.map.locator('.read').innerText()
    await button.click()
    await expect(this.map.locator('.read')).not.toHaveText(before)
    await expect(button).toHaveText('Read again')
  }

  /** A sum of the summary: `total` or a kind. */
  sum(group: string, number: string): Locator {
    return this.map.locator(`[data-group="${group}"] [data-number="${number}"]`)
  }

  rows(): Locator {
    return this.map.getByRole('table', { name: 'Mappings' }).locator('.body').getByRole('row')
  }
}
