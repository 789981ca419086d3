import type { Chart } from 'chart.js'
import { describe, expect, it } from 'vitest'
import type { Envelope } from '../live/envelope'
import type { ChartTheme } from './chart-theme'
import { createLinesPlugin, type LineStyle } from './lines-plugin'

const plain: LineStyle = { id: 'a', colour: 'a', isDashed: false, isFilled: false, isStepped: false }

function toEnvelope(points: readonly (readonly [number, number])[]): Envelope {
  const x = Float64Array.from(points, ([time]) => time)
  const y = Float64Array.from(points, ([, value]) => value)
  return { length: points.length, x, y, least: NaN, greatest: NaN }
}

/** What is drawn on a plot of 100 × 100 pixels at 0, 0 that shows 0..100 on both axes, so that y is turned over. */
function draw(styles: readonly LineStyle[], envelopes: readonly (Envelope | null)[]): string[] {
  const calls: string[] = []
  const note =
    (name: string) =>
    (...values: number[]) =>
      void calls.push([name, ...values].join(' '))
  const ctx = {
    ...{ save() {}, restore() {}, rect() {}, clip() {} },
    setLineDash: (dash: number[]) => void (dash.length > 0 && calls.push(`dash ${dash.join(' ')}`)),
    beginPath() {},
    moveTo: note('move'),
    lineTo: note('line'),
    fill: note('fill'),
    stroke() {
      calls.push(`stroke ${this.strokeStyle}`)
    },
    strokeStyle: '',
  }
  const chart = {
    ctx,
    chartArea: { left: 0, top: 0, right: 100, bottom: 100 },
    scales: { x: { min: 0, max: 100 }, y: { min: 0, max: 100 } },
  }
  const lines = createLinesPlugin(styles)
  lines.setTheme({ series: { a: 'red', b: 'blue' }, text: 'black' } as unknown as ChartTheme)
  lines.setEnvelopes(envelopes)
  void lines.plugin.beforeDatasetsDraw?.(chart as unknown as Chart<'line'>, { cancelable: true }, {})
  return calls
}

describe('lines', () => {
  it('break at a gap', () => {
    const envelope = toEnvelope([
      [0, 10],
      [10, 20],
      [20, NaN],
      [30, 40],
      [40, 40],
    ])
    expect(draw([plain], [envelope])).toEqual([
      'move 0 90',
      'line 10 80',
      'move 30 60',
      'line 40 60',
      'stroke red',
    ])
  })

  it('are filled down to the axis, each run by itself', () => {
    const envelope = toEnvelope([
      [0, 10],
      [10, 20],
      [20, NaN],
      [30, 40],
    ])
    expect(draw([{ ...plain, isFilled: true }], [envelope]).slice(0, 7)).toEqual([
      ...['move 0 100', 'line 0 90', 'line 10 80', 'line 10 100'],
      ...['move 30 100', 'line 30 60', 'line 30 100'],
    ])
  })

  it('have steps while they can be seen', () => {
    const stepped = { ...plain, isStepped: true, isDashed: true }
    const few = toEnvelope([
      [0, 10],
      [50, 20],
    ])
    expect(draw([stepped], [few])).toEqual([
      'dash 5 3',
      'move 0 90',
      'line 50 90',
      'line 50 80',
      'stroke red',
    ])
    const many = toEnvelope(Array.from({ length: 80 }, (_, i) => [i, i] as const))
    expect(draw([stepped], [many]).filter((call) => call.startsWith('line'))).toHaveLength(79)
  })

  it('as bands of a stack are areas without a line', () => {
    const envelope = toEnvelope([
      [0, 10],
      [10, 20],
    ])
    expect(draw([{ ...plain, isSolid: true }], [envelope])).toEqual([
      ...['move 0 100', 'line 0 90', 'line 10 80', 'line 10 100'],
      'fill',
    ])
  })

  it('are drawn from the last to the first, and not when hidden', () => {
    const envelope = toEnvelope([
      [0, 1],
      [1, 1],
    ])
    const strokes = (envelopes: (Envelope | null)[]) =>
      draw([plain, { ...plain, colour: 'b' }], envelopes).filter((call) => call.startsWith('stroke'))
    expect(strokes([envelope, envelope])).toEqual(['stroke blue', 'stroke red'])
    expect(strokes([null, envelope])).toEqual(['stroke blue'])
  })
})
