import { describe, expect, it } from 'vitest'
import {
  hostFactsOf,
  hostSampleAt,
  processFactsOf,
  processSampleAt,
} from '../../../test/support/recorded-samples'
import type { ProcessSample } from '../metrics/samples'
import type { Incident } from '../snapshot/incident'
import { createIncidentBuilder } from '../snapshot/incident-builder'
import { decimate } from './decimate'
import { toMoments } from './report-moments'
import { toProcessSeries, type ReportSeries } from './report-series'
import { createReportWording } from './report-wording'
import { prepareReport } from './prepare-report'
import { toReportHtml } from './to-report-html'
import { toTerminalReport } from './to-terminal-report'

const startMs = Date.UTC(2026, 2, 1, 12)
const pid = 808
const hostile = '<script>alert(1)</script>\u202e"\u0007'

function makeIncident(
  seconds: readonly number[],
  overrides: (second: number) => Partial<ProcessSample> = () => ({}),
): Incident {
  const builder = createIncidentBuilder({
    label: 'local',
    host: { ...hostFactsOf('boot-1'), hostname: hostile },
    fromMs: startMs,
  })
  builder.setFacts({ ...processFactsOf(pid), comm: hostile, cmdline: [hostile, '</td>'] })
  for (const second of seconds) {
    builder.addHost(hostSampleAt(startMs + second * 1000))
    builder.addSample(processSampleAt(startMs + second * 1000, pid, overrides(second)))
  }
  return {
    ...builder.build(startMs + ((seconds.at(-1) ?? 0) + 1) * 1000),
    marks: [{ id: '1', atMs: startMs + 1000, text: hostile }],
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)
const seriesOf = (values: number[], gapMs = 5000): ReportSeries => ({
  ...{ id: 'rss', unit: 'bytes', gapMs, absent: null },
  atMs: Float64Array.from(values, (_, index) => startMs + index * 1000),
  values: Float64Array.from(values),
})

describe('a page', () => {
  it('shows names from elsewhere as text: nothing runs, nothing is loaded, no direction is turned', async () => {
    const html = toReportHtml(await prepareReport(makeIncident(range(30))), { locale: 'en' })
    expect(html).not.toMatch(/<script|<iframe|<img|<link|\son\w+=|javascript:|https?:\/\/(?!127)/i)
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|\p{Cc}(?<!\n)/u)
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain("default-src 'none'")
  })

  it.each(['en', 'zh-CN'] as const)('is whole in %s: what is opened is closed', async (locale) => {
    const html = toReportHtml(await prepareReport(makeIncident(range(30))), { locale })
    for (const tag of ['table', 'tr', 'td', 'svg', 'figure', 'ul', 'li', 'h2', 'p', 'g', 'div']) {
      const count = (pattern: string): number => html.match(new RegExp(pattern, 'g'))?.length ?? 0
      expect([tag, count(`<${tag}[ >]`)]).toEqual([tag, count(`</${tag}>`)])
    }
    expect(html).not.toMatch(/report\.[a-z]+\.|NaN|undefined|Infinity/)
  })

  it('says why a number is absent, also when the process has ended by then', async () => {
    const denied = makeIncident(range(10), (second) => ({
      rollup: null,
      absent: second < 9 ? { smaps_rollup: 'permission-denied' } : { smaps_rollup: 'gone' },
    }))
    expect(toProcessSeries(denied.processes[0]!).find(({ id }) => id === 'lazyFree')?.absent).toBe(
      'permission-denied',
    )
    expect(toReportHtml(await prepareReport(denied), { locale: 'en' })).toContain('another user’s process')
  })
})

describe('lines', () => {
  it('keep each spike and both ends', () => {
    const values = range(1000).map((index) => (index === 500 ? 900 : index === 501 ? 1 : 100 + (index % 7)))
    const [run = []] = decimate(seriesOf(values), startMs, startMs + 999_000, 10)
    expect(run.length).toBeLessThanOrEqual(40)
    expect(run[0]).toEqual({ x: 0, value: values[0] })
    expect(run.at(-1)).toEqual({ x: 1, value: values.at(-1) })
    expect(run.map(({ value }) => value)).toEqual(expect.arrayContaining([900, 1]))
    expect(run.map(({ x }) => x)).toEqual(run.map(({ x }) => x).toSorted((a, b) => a - b))
  })

  it('have a gap where nothing was read', () => {
    expect(decimate(seriesOf([1, 2, NaN, 4, 5]), startMs, startMs + 4000, 10)).toHaveLength(2)
    // Two seconds of reading, eight of none, over and over: the pauses are not the pace.
    const seconds = range(60).filter((second) => second % 10 < 2)
    const [rss] = toProcessSeries(makeIncident(seconds).processes[0]!)
    expect(rss?.gapMs).toBe(5000)
    expect(decimate(rss!, startMs, startMs + 60_000, 500)).toHaveLength(6)
  })

  it('carry marks before changes of the verdict where there are too many', () => {
    const incident = makeIncident(range(3))
    const event = (index: number) => ({
      ...{ id: index, targetId: '', key: null, kind: 'verdict-changed' as const },
      ...{ atMs: startMs + index, text: 'event.verdict.lazy-free', params: {} },
    })
    const moments = toMoments({ ...incident, events: range(500).map(event) }, null, createReportWording('en'))
    expect(moments.filter(({ kind }) => kind === 'mark')).toHaveLength(1)
    expect(moments.length).toBeLessThanOrEqual(200)
    expect(moments.map(({ fromMs }) => fromMs)).toEqual(
      moments.map(({ fromMs }) => fromMs).toSorted((a, b) => a - b),
    )
  })
})

it('says how many marks and events are not shown, in every form', async () => {
  const incident = makeIncident(range(3))
  const marks = range(250).map((index) => ({ id: String(index), atMs: startMs + index, text: 'x' }))
  const events = range(250).map((index) => ({
    ...{ id: index, targetId: '', key: null, kind: 'target' as const },
    ...{ atMs: startMs + index, text: 'event.target.connected', params: {} },
  }))
  const report = await prepareReport({ ...incident, marks, events })
  const html = toReportHtml(report, { locale: 'en' })
  expect(html.match(/50 more are not shown/g)).toHaveLength(2)
  const lines = toTerminalReport(report, { locale: 'en', width: 80, hasBlocks: true })
  expect(lines.filter((line) => line.includes('230 more are not shown'))).toHaveLength(2)
})

describe('on a terminal', () => {
  it.each([60, 80, 120])('no chart is wider than %d', async (width) => {
    const lines = toTerminalReport(await prepareReport(makeIncident(range(60))), {
      locale: 'en',
      width,
      hasBlocks: true,
    })
    const charts = lines.filter((line) => /[▁▂▃▄▅▆▇█]{5}/.test(line))
    expect(charts.length).toBeGreaterThan(3)
    for (const line of charts) expect(line.length).toBeLessThanOrEqual(width)
  })

  it('only plain characters are used where that was asked, and no control character of a name', async () => {
    const text = toTerminalReport(await prepareReport(makeIncident(range(60))), {
      locale: 'en',
      width: 80,
      hasBlocks: false,
    }).join('\n')
    expect(text).not.toMatch(/[▁-█]/)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u)
    expect(text).toContain('script')
  })
})
