import type { Locator, Page } from '@playwright/test'

export type PromptTitle = 'Unknown host key' | 'Password or passphrase' | 'A question of the host' | 'Confirm'

/** What a host asks while it is connected to. */
export class PromptPage {
  private readonly page: Page
  /** The password, or the one-time code. */
  readonly secret: Locator
  readonly fingerprint: Locator

  constructor(page: Page) {
    this.page = page
    this.secret = this.dialog('Password or passphrase').locator('input')
    this.fingerprint = this.dialog('Unknown host key').locator('.fingerprint')
  }

  dialog(title: PromptTitle): Locator {
    return this.page.getByRole('dialog', { name: title })
  }

  button(title: PromptTitle, name: string): Locator {
    return this.dialog(title).locator('footer').getByRole('button', { name, exact: true })
  }
}
