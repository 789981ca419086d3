import { expect, type Locator, type Page } from '@playwright/test'

/** The process table with its toolbar and its chooser of columns. */
export class TablePage {
  private readonly page: Page
  readonly section: Locator
  readonly grid: Locator
  readonly rows: Locator
  readonly filterField: Locator
  readonly goOnly: Locator
  readonly tree: Locator
  /** `12 of 340 processes` */
  readonly count: Locator
  readonly columnsDialog: Locator

  constructor(page: Page) {
    this.page = page
    this.section = page.getByRole('region', { name: 'Processes', exact: true })
    this.grid = this.section.locator('[role="grid"], [role="treegrid"]')
    this.rows = this.grid.getByRole('row').filter({ has: page.getByRole('gridcell') })
    this.filterField = this.section.getByRole('textbox', { name: /^Filter by/ })
    this.goOnly = this.section.getByRole('button', { name: 'Go only' })
    this.tree = this.section.getByRole('button', { name: 'Tree of parents and children' })
    this.count = this.section.getByRole('status').filter({ hasText: 'processes' })
    this.columnsDialog = page.getByRole('dialog', { name: 'Columns', exact: true })
  }

  row(pid: number): Locator {
    const cell = this.page.locator('[data-column="pid"]').filter({ hasText: new RegExp(`^\\s*${pid}\\s*$`) })
    return this.rows.filter({ has: cell })
  }

  /** A cell by the id of its column, such as `rssBytes`. */
  cell(pid: number, columnId: string): Locator {
    return this.row(pid).locator(`[data-column="${columnId}"]`)
  }

  /** The number alone, without the age that stands beside an old one. */
  value(pid: number, columnId: string): Locator {
    return this.cell(pid, columnId).locator('.value')
  }

  header(title: string): Locator {
    return this.grid
      .getByRole('columnheader')
      .filter({ has: this.page.getByRole('button', { name: title, exact: true }) })
  }

  async sortBy(title: string): Promise<void> {
    await this.header(title).getByRole('button').click()
  }

  async filter(text: string): Promise<void> {
    await this.filterField.fill(text)
  }

  /** Finds a process by its pid and puts it into focus. */
  async focus(pid: number): Promise<void> {
    await this.filter(String(pid))
    await this.row(pid).click()
    await expect(this.page.getByText(`pid ${pid}`, { exact: true })).toBeVisible()
  }

  async openColumns(): Promise<void> {
    await this.section.getByRole('button', { name: 'Columns…' }).click()
    await expect(this.columnsDialog).toBeVisible()
  }

  /** A box of the chooser, by its column's title. */
  columnBox(title: string): Locator {
    const name = this.page.locator('.name').filter({ hasText: new RegExp(`^\\s*${title}(\\s|$)`) })
    return this.columnsDialog.getByRole('listitem').filter({ has: name }).getByRole('checkbox')
  }

  async closeColumns(): Promise<void> {
    await this.columnsDialog.getByRole('button', { name: 'Done' }).click()
    await expect(this.columnsDialog).toBeHidden()
  }
}
