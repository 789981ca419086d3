import { describe, expect, it } from 'vitest'
import { findCommands } from './find-commands'

const lines = [
  'Open this machine',
  'Theme: light',
  'Theme: dark',
  'Processes: tree on or off',
  '主题：深色',
].map((title) => ({
  id: title,
  title,
  shortcut: null,
}))
const titles = (query: string) => findCommands(lines, query).map(({ title }) => title)

describe('findCommands', () => {
  it('gives everything in order without a query', () => {
    expect(titles(' ')).toEqual(lines.map(({ title }) => title))
  })

  it('finds letters in their order, whole words first', () => {
    expect(titles('theme')[0]).toMatch(/^Theme/)
    expect(titles('td')).toEqual(expect.arrayContaining(['Theme: dark']))
    expect(titles('tree')[0]).toBe('Processes: tree on or off')
    expect(titles('深色')).toEqual(['主题：深色'])
  })

  it('finds nothing for letters that are not there', () => {
    expect(titles('xyz')).toEqual([])
  })
})
