import { describe, expect, it } from 'vitest'
import { fitLabel, toChange } from './draw-flame'
import { isServed, panSpan, toFlameWindow, wholeSpan, zoomSpan } from './flame-view'

describe('the view of a flame graph', () => {
  it('zooms around a place, and never past the whole', () => {
    expect(zoomSpan(wholeSpan, 0.5, 0.5)).toEqual({ from: 0.25, to: 0.75 })
    expect(zoomSpan({ from: 0.25, to: 0.75 }, 0.5, 1)).toEqual({ from: 0.5, to: 0.75 })
    expect(zoomSpan({ from: 0.9, to: 1 }, 100, 0)).toEqual(wholeSpan)
    const { from, to } = zoomSpan(wholeSpan, 1e-30, 0.3)
    expect(to).toBeGreaterThan(from)
  })
  it('moves, and stops at the edges', () => {
    expect(panSpan({ from: 0.2, to: 0.4 }, 1)).toEqual({ from: 0.4, to: 0.6000000000000001 })
    expect(panSpan({ from: 0.75, to: 1 }, 1)).toEqual({ from: 0.75, to: 1 })
    expect(panSpan({ from: 0.1, to: 0.3 }, -5).from).toBe(0)
  })
  it('is served by its own layout, also after it moved a little', () => {
    const view = { from: 0.4, to: 0.5 }
    const layout = toFlameWindow(view, 800)
    expect(isServed(view, layout, 800)).toBe(true)
    expect(isServed(panSpan(view, 0.9), layout, 800)).toBe(true)
    expect(isServed(panSpan(view, 1.5), layout, 800)).toBe(false)
    expect(isServed(zoomSpan(view, 0.5, 0.5), layout, 800)).toBe(false)
    expect(isServed(wholeSpan, toFlameWindow(wholeSpan, 800), 800)).toBe(true)
  })
})

describe('what a box says', () => {
  it('cuts a name to its box, the path first', () => {
    const name = 'github.com/acme/pay/store.(*Cache).Put'
    expect(fitLabel(name, 400)).toBe(name)
    expect(fitLabel(name, 130)).toBe('store.(*Cache).Put')
    expect(fitLabel(name, 70)).toBe('store.(*C…')
    expect(fitLabel(name, 20)).toBe('')
  })
  it('tells how much changed', () => {
    expect(toChange(0n, 5n)).toBe(0)
    expect(toChange(10n, 0n)).toBe(1)
    expect(toChange(-10n, 10n)).toBe(-1)
    expect(toChange(10n, 10n)).toBe(0.5)
    expect(toChange(0n, 0n)).toBe(0)
  })
})
