import { expect, type Locator, type Page } from '@playwright/test'

/** The verdict on the focused process: what it says, how sure it is, and what it rests on. */
export class VerdictPage {
  readonly card: Locator
  readonly headline: Locator
  readonly evidence: Locator
  readonly more: Locator

  constructor(page: Page) {
    this.card = page.getByRole('article').getByRole('region', { name: 'Verdict', exact: true })
    this.headline = this.card.locator('.headline')
    this.evidence = this.card.getByRole('list', { name: 'Evidence' })
    this.more = this.card.getByText(/^Everything that was looked for/)
  }

  /** Waits until it names this finding, at this level. */
  async waitFor(finding: string, level: RegExp): Promise<void> {
    await expect(this.card).toHaveAttribute('data-main', finding, { timeout: 30_000 })
    await expect(this.card).toHaveAttribute('data-level', level, { timeout: 30_000 })
  }

  /** A line of the evidence: name, number, age and source. */
  proof(name: string): Locator {
    return this.evidence.getByRole('listitem').filter({ hasText: name })
  }

  step(text: string | RegExp): Locator {
    return this.card.locator('.next').getByRole('listitem').filter({ hasText: text })
  }
}
