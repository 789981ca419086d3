import { expect, type Locator, type Page } from '@playwright/test'
import { DoorsPage } from './doors-page'

/** The dialog that connects, from the door to the failure. */
export class ConnectPage {
  private readonly page: Page
  readonly dialog: Locator
  readonly host: Locator
  readonly suggestions: Locator
  /** Where ssh would go with the name. */
  readonly meaning: Locator
  readonly command: Locator
  readonly step: Locator
  readonly failure: Locator
  /** What the program itself said. */
  readonly words: Locator

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: /^(Connect$|Connecting to |Could not connect to )/ })
    this.host = this.dialog.getByRole('combobox')
    this.suggestions = this.dialog.getByRole('option')
    this.meaning = this.dialog.locator('.meaning')
    this.command = this.dialog.getByLabel('Command that gives a shell')
    this.step = this.dialog.locator('[aria-current="step"]')
    this.failure = this.dialog.getByRole('alert')
    this.words = this.failure.locator('pre')
  }

  async openFromDoor(): Promise<void> {
    await new DoorsPage(this.page).door('A host over SSH').click()
    await expect(this.host).toBeFocused()
  }

  async chooseKind(kind: 'SSH host' | 'Command'): Promise<void> {
    await this.dialog.locator('.segment').filter({ hasText: kind }).click()
  }

  button(name: 'Connect' | 'Cancel' | 'Edit' | 'Try again' | 'Close'): Locator {
    return this.dialog.locator('footer').getByRole('button', { name, exact: true })
  }

  /** Types a command and connects, as a person does who knows it. */
  async runCommand(command: string): Promise<void> {
    await this.chooseKind('Command')
    await this.command.fill(command)
    await this.command.press('Enter')
  }

  async connectTo(host: string): Promise<void> {
    await this.host.fill(host)
    await this.host.press('Enter')
  }
}
