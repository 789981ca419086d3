import { describe, expect, it } from 'vitest'
import { isShortcut, toKeyNames } from './key-names'

const press = (key: string, modifiers: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key, ...modifiers })

describe('isShortcut', () => {
  it('wants the modifiers exactly', () => {
    expect(isShortcut('Mod+K', press('k', { ctrlKey: true }))).toBe(true)
    expect(isShortcut('Mod+K', press('k'))).toBe(false)
    expect(isShortcut('Mod+K', press('K', { ctrlKey: true, shiftKey: true }))).toBe(false)
    expect(isShortcut('Mod+Shift+P', press('P', { ctrlKey: true, shiftKey: true }))).toBe(true)
    expect(isShortcut('T', press('t'))).toBe(true)
    expect(isShortcut('T', press('t', { altKey: true }))).toBe(false)
  })

  it('takes a sign wherever the keyboard has it', () => {
    expect(isShortcut('/', press('/'))).toBe(true)
    expect(isShortcut('/', press('/', { shiftKey: true }))).toBe(true)
  })
})

describe('toKeyNames', () => {
  it('says what is printed on the keys', () => {
    expect(toKeyNames('Mod+Shift+P')).toEqual(['Ctrl', 'Shift', 'P'])
    expect(toKeyNames('Escape')).toEqual(['Esc'])
  })
})
