import { expect, type Locator, type Page } from '@playwright/test'

export type DoorName = 'This machine' | 'Reproduce the incident' | 'A host over SSH' | 'Open a snapshot'

/** The first window: four ways in. */
export class DoorsPage {
  private readonly page: Page
  readonly title: Locator
  readonly doors: Locator

  constructor(page: Page) {
    this.page = page
    this.title = page.getByRole('heading', { level: 1 })
    this.doors = page.getByRole('main').getByRole('button')
  }

  door(name: DoorName): Locator {
    return this.doors.filter({ hasText: name })
  }

  /** Goes in by `This machine` and waits for the first processes. */
  async openThisMachine(): Promise<void> {
    await this.door('This machine').click()
    await expect(this.page.getByRole('grid').locator('[data-column="pid"]').first()).toBeVisible()
  }

  async startDemo(): Promise<void> {
    await this.door('Reproduce the incident').click()
  }
}
