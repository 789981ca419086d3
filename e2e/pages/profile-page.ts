import { expect, type Locator, type Page } from '@playwright/test'

/** The Profile tab of the focused process. */
export class ProfilePage {
  private readonly page: Page
  readonly tab: Locator
  readonly panel: Locator
  readonly table: Locator
  readonly flame: Locator
  readonly detail: Locator
  readonly profile: Locator
  readonly compare: Locator
  readonly sampleType: Locator
  readonly search: Locator

  constructor(page: Page) {
    this.page = page
    const article = page.getByRole('article')
    this.tab = article.getByRole('tab', { name: 'Profile' })
    this.panel = article.getByRole('region', { name: 'Heap profiles' })
    this.table = this.panel.getByRole('grid', { name: 'Functions of the profile' })
    this.flame = this.panel.getByRole('group', { name: /^Flame graph/ })
    this.detail = this.panel.locator('.flame .detail')
    this.profile = this.panel.getByRole('combobox', { name: 'Profile', exact: true })
    this.compare = this.panel.getByRole('combobox', { name: 'Compare with' })
    this.sampleType = this.panel.getByRole('combobox', { name: 'Sample type' })
    this.search = this.panel.getByRole('searchbox')
  }

  async open(): Promise<void> {
    await this.tab.click()
    await expect(this.panel).toBeVisible()
  }

  async fetch(): Promise<void> {
    const before = await this.profile.locator('option').count()
    await this.panel.getByRole('button', { name: 'Fetch profile' }).click()
    await expect(this.profile.locator('option')).toHaveCount(before + 1)
    await this.waitForView()
  }

  async waitForView(): Promise<void> {
    await expect(this.table).toBeVisible()
    await expect(this.panel).toHaveAttribute('aria-busy', 'false')
  }

  /** The rows as text, such as `40MB 98% 98% 40MB 98% main.keep`. */
  async rows(): Promise<string[]> {
    const texts = await this.table.locator('.row').allInnerTexts()
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim())
  }

  selectedRow(): Locator {
    return this.table.getByRole('row', { selected: true })
  }

  /** As a person drops a file on the tab. */
  async drop(name: string, bytes: Buffer): Promise<void> {
    const data = await this.page.evaluateHandle(
      ([fileName, base64]) => {
        const transfer = new DataTransfer()
        const content = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
        transfer.items.add(new File([content], fileName))
        return transfer
      },
      [name, bytes.toString('base64')] as const,
    )
    await this.panel.dispatchEvent('drop', { dataTransfer: data })
  }

  button(name: string | RegExp): Locator {
    return this.panel.getByRole('button', { name })
  }

  view(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true })
  }
}
