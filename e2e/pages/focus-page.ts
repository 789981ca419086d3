import { expect, type Locator, type Page } from '@playwright/test'
import { parseShownBytes } from './shown-bytes'

/** The focus of one process: sentence, numbers, charts, tabs. */
export class FocusPage {
  private readonly page: Page
  readonly article: Locator
  /** The verdict's sentence, or what stands there without one. */
  readonly headline: Locator
  /** The verdict with its evidence and all that was ruled out. */
  readonly verdict: Locator
  readonly strip: Locator
  readonly charts: Locator
  /** What takes the keys of the charts. */
  readonly lanes: Locator
  /** The chart's clock: what is under the crosshair, or the stretch that is seen. */
  readonly moment: Locator
  readonly endpoint: Locator

  constructor(page: Page) {
    this.page = page
    this.article = page.getByRole('article')
    this.headline = this.article.locator('.headline')
    this.verdict = this.article.getByRole('region', { name: /^(Verdict|结论)$/ })
    this.strip = this.article.locator('dl.strip')
    this.charts = this.article.getByRole('region', { name: 'Charts' })
    this.lanes = this.charts.getByRole('group', { name: /^Charts\. Left and right/ })
    this.moment = this.charts.locator('.moment')
    this.endpoint = this.article.locator('.endpoint')
  }

  number(metricId: string): Locator {
    return this.strip.locator(`[data-metric="${metricId}"] dd`)
  }

  /** A number of the strip as it is shown now, bytes; waits until there is one. */
  async shownBytes(metricId: string): Promise<number> {
    await expect(this.number(metricId)).toHaveText(/\d/)
    const shown = parseShownBytes(await this.number(metricId).innerText())
    if (shown === null) throw new Error(`${metricId} is no size`)
    return shown.bytes
  }

  async waitForProcess(pid: number): Promise<void> {
    await expect(this.article.getByText(`pid ${pid}`, { exact: true })).toBeVisible()
    await expect(this.number('rssBytes')).toHaveText(/\d/)
  }

  /** Waits for Go's own numbers. */
  async waitForHeap(): Promise<void> {
    await expect(this.number('heapInuseBytes')).toHaveText(/\d/)
  }

  range(label: '1 m' | '5 m' | '15 m' | '1 h' | 'All'): Locator {
    return this.charts.getByRole('button', { name: label, exact: true })
  }

  button(name: string | RegExp): Locator {
    return this.article.getByRole('button', { name })
  }

  /** A line of a chart's legend, with its number. */
  legend(title: string): Locator {
    return this.charts
      .locator('.legend')
      .getByRole('button')
      .filter({ has: this.page.getByText(title, { exact: true }) })
  }

  async typeEndpoint(url: string): Promise<void> {
    await this.endpoint.getByRole('button', { name: /^(Change…|Type a URL…)$/ }).click()
    await this.endpoint.getByRole('textbox').fill(url)
    await this.endpoint.getByRole('button', { name: 'Use' }).click()
  }
}
