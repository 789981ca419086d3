import { expect, type Locator, type Page } from '@playwright/test'

/** A recorded stretch that is open, and the dialog that makes one into a file. */
export class ReplayPage {
  private readonly page: Page
  readonly bar: Locator
  readonly slider: Locator
  readonly dialog: Locator
  readonly leaving: Locator

  constructor(page: Page) {
    this.page = page
    this.bar = page.getByRole('region', { name: 'Recorded stretch' })
    this.slider = this.bar.getByRole('slider')
    this.dialog = page.getByRole('dialog', { name: 'Export snapshot' })
    this.leaving = this.dialog.getByRole('region', { name: 'What leaves' })
  }

  async askExport(): Promise<void> {
    await this.page.getByRole('article').getByRole('button', { name: 'Export snapshot…' }).click()
    await expect(this.leaving).toContainText(/[1-9]\d* samples/)
  }

  /** Into the file that the next dialog names. */
  async save(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Export…' }).click()
    await expect(this.dialog).toBeHidden({ timeout: 20_000 })
  }
}
