import type { Locator, Page } from '@playwright/test'

/** The list of open targets, and what is said over the view of one that does not answer. */
export class RailPage {
  private readonly page: Page
  readonly cards: Locator
  /** The worst state of all of them. */
  readonly summary: Locator
  readonly banner: Locator

  constructor(page: Page) {
    this.page = page
    this.cards = page.getByRole('navigation', { name: 'Targets' }).locator('[data-target]')
    this.summary = page.locator('.summary')
    this.banner = page.locator('.away')
  }

  card(spec: string): Locator {
    return this.page.locator(`[data-target="${spec}"]`)
  }

  /** Shown while the pointer or the keyboard is at the card. */
  async close(spec: string, name: string): Promise<void> {
    await this.card(spec).hover()
    await this.page.getByRole('button', { name: `Close ${name}` }).click()
  }
}
