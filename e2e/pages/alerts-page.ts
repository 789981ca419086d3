import { expect, type Locator, type Page } from '@playwright/test'

/** The dialog of alerts, as a person uses it. */
export class AlertsPage {
  private readonly page: Page
  readonly dialog: Locator
  readonly bell: Locator

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: 'Alerts' })
    this.bell = page.getByRole('banner').getByRole('button', { name: /^Alerts/ })
  }

  async open(): Promise<void> {
    await this.bell.click()
    await expect(this.dialog).toBeVisible()
  }

  async addHostRule(name: string, raisedAt: string, clearedBelow: string): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Add a rule' }).click()
    await this.dialog.getByLabel('Name', { exact: true }).fill(name)
    await this.dialog.getByLabel(/^Raised at/).fill(raisedAt)
    await this.dialog.getByLabel(/^Cleared below/).fill(clearedBelow)
    await this.dialog.getByRole('textbox', { name: 'For (s)' }).fill('0')
    await this.dialog.getByRole('button', { name: 'Save' }).first().click()
    await expect(this.dialog.getByLabel(/^Raised at/)).toBeHidden()
  }

  async setWebhook(url: string): Promise<void> {
    await this.dialog.getByLabel('Webhook').fill(url)
    await this.dialog.getByRole('button', { name: 'Save' }).last().click()
    await expect(this.dialog.getByRole('button', { name: 'Send a test' })).toBeVisible()
  }

  async sendTest(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Send a test' }).click()
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape')
    await expect(this.dialog).toBeHidden()
  }
}
