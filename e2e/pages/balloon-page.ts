import { expect, type Locator, type Page } from '@playwright/test'

/** The balloon of the focused process: its button, plan, run and proof. */
export class BalloonPage {
  readonly button: Locator
  readonly plan: Locator
  readonly countdown: Locator
  readonly run: Locator
  readonly deflate: Locator
  /** The card, not the line of the Events tab. */
  readonly proof: Locator

  constructor(page: Page) {
    const article = page.getByRole('article')
    this.button = article.getByRole('button', { name: 'Balloon', exact: true })
    this.plan = article.getByRole('region', { name: 'Plan of the balloon' })
    this.countdown = this.plan.getByRole('timer')
    this.run = article.getByRole('region', { name: 'Balloon', exact: true })
    this.deflate = this.run.getByRole('button', { name: /^Deflate/ })
    this.proof = article
      .getByRole('region', { name: 'Proof', exact: true })
      .filter({ has: page.getByRole('heading') })
  }

  /** Presses the button and waits for the plan. */
  async press(): Promise<void> {
    await this.button.click()
    await expect(this.plan).toBeVisible()
  }

  /** Does not wait for the countdown; accepts the risks that the plan shows. */
  async startNow(): Promise<void> {
    await this.plan.getByRole('button', { name: /^(Start now|Blow up|Blow up anyway)$/ }).click()
  }

  /** A gauge of the run by its name: `Balloon`, `Available`, `LazyFree left`. */
  gauge(name: string): Locator {
    return this.run.getByRole('meter', { name })
  }

  /** before, after and change of a row of the proof, such as `rssBytes`, as they stand on the screen. */
  async proofRow(rowId: string): Promise<{ before: string; after: string; change: string }> {
    const [before = '', after = '', change = ''] = await this.proof
      .locator(`tr[data-row="${rowId}"] td`)
      .allInnerTexts()
    return { before, after, change }
  }
}
