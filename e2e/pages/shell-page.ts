import { expect, type Locator, type Page } from '@playwright/test'

/** What is around every view: palette, theme and language, banner, walkthrough. */
export class ShellPage {
  private readonly page: Page
  readonly palette: Locator
  readonly banner: Locator
  readonly walkthrough: Locator

  constructor(page: Page) {
    this.page = page
    this.palette = page.getByRole('dialog', { name: 'Command palette' })
    this.banner = page.locator('.banner')
    this.walkthrough = page.getByRole('region', { name: 'Walk through the incident' })
  }

  async openPalette(): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await expect(this.palette).toBeVisible()
  }

  /** Runs a command by its name, as a person does who knows what to look for. */
  async runCommand(name: string): Promise<void> {
    await this.openPalette()
    await this.palette.getByRole('combobox').fill(name)
    await expect(this.palette.getByRole('option').first()).toHaveText(new RegExp(`^${name}`))
    await this.page.keyboard.press('Enter')
    await expect(this.palette).toBeHidden()
  }

  /** Chooses a theme or a language in the menu at the top right. */
  async choose(label: string): Promise<void> {
    const item = this.page.getByRole('menuitemcheckbox', { name: label, exact: true })
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /^(Theme and language|主题与语言)$/ })
      .click()
    await item.click()
    await expect(item).toHaveAttribute('aria-checked', 'true')
    await this.page.keyboard.press('Escape')
    await expect(item).toBeHidden()
  }
}
