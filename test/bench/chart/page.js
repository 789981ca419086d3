/* global document, window, requestAnimationFrame */
// The product's ring buffer, envelopes and chart beside uPlot: the same data, size and colours, one after the other.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { heroPanel, seriesInfos } from '../../../src/core/metrics/catalogue.ts'
import { noMarks } from '../../../src/renderer/chart/marks-plugin.ts'
import { createTimeChart, plotInset, toBuckets } from '../../../src/renderer/chart/time-chart.ts'
import { createEnvelope, readEnvelope } from '../../../src/renderer/live/envelope.ts'
import { createSampleTable } from '../../../src/renderer/live/sample-table.ts'

const width = 1000
const height = 400
const seriesIds = heroPanel.series
const colours = ['#0072b2', '#e69f00', '#56b4e9', '#009e73']
const firstMs = Date.UTC(2026, 0, 1)

/** Four series of a service that allocates and frees: noise on each sample, steps, and peaks of one sample. */
const makeSeries = (length) => {
  let seed = 12345
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }
  const gib = 1024 ** 3
  return seriesIds.map((_, index) => {
    const values = new Float64Array(length)
    let level = (1 + index) * 0.5 * gib
    for (let i = 0; i < length; i++) {
      level += (random() - 0.5) * 0.01 * gib
      if (i % 600 === 0) level = (0.3 + random() * 2) * gib
      values[i] = Math.max(0, level + (random() - 0.5) * 0.05 * gib + (i % 997 === 0 ? 0.4 * gib : 0))
    }
    return values
  })
}

const openOurs = (seconds, data) => {
  const canvas = document.createElement('canvas')
  document.querySelector('#ours').replaceChildren(canvas)
  const table = createSampleTable(seriesIds)
  for (let i = 0; i < seconds; i++)
    table.push(
      firstMs + i * 1000,
      data.map((values) => values[i]),
    )
  const styles = seriesIds.map((id) => {
    const { colourToken, line, isFilled, isStepped } = seriesInfos[id]
    return { id, colour: colourToken, isDashed: line === 'dashed', isFilled, isStepped }
  })
  const theme = {
    series: Object.fromEntries(seriesIds.map((id, index) => [seriesInfos[id].colourToken, colours[index]])),
    ...{ grid: '#e3e6ea', border: '#b6bdc6', axis: '#5c6670', text: '#1c2127', textSoft: '#5c6670' },
    ...{ surface: '#ffffff', gc: '#8a939c', balloon: '#d55e00', font: 'sans-serif' },
  }
  const chart = createTimeChart(canvas, { unit: 'bytes', lines: styles, hasTimeLabels: true }, theme)
  chart.resize(width, height)
  const envelopes = seriesIds.map(() => createEnvelope())
  const buckets = toBuckets(width)
  let next = seconds
  return {
    /** One second more: the sample is stored, the window slides, everything is drawn. */
    update() {
      const row = data.map((values) => values[next])
      table.push(firstMs + next * 1000, row)
      const span = { fromMs: firstMs + (next - seconds + 1) * 1000, toMs: firstMs + next * 1000 }
      next++
      seriesIds.forEach((_, column) => readEnvelope(table, { column, ...span, buckets }, envelopes[column]))
      chart.draw({ ...span, envelopes, marks: noMarks, leastTop: 0 })
    },
    dispose: () => chart.dispose(),
  }
}

const openPeer = (seconds, data) => {
  const root = document.querySelector('#peer')
  root.replaceChildren()
  const times = Float64Array.from({ length: data[0].length }, (_, i) => firstMs / 1000 + i)
  // Views of arrays that hold everything already: to slide the window costs uPlot's side nothing.
  const windowAt = (end) => [times, ...data].map((values) => values.subarray(end - seconds, end))
  const plot = new uPlot(
    {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_plot, _min, max) => [0, max * 1.05] } },
      series: [{}, ...colours.map((stroke) => ({ stroke, width: 1.5, points: { show: false } }))],
      axes: [{}, { size: plotInset.left }],
    },
    windowAt(seconds),
    root,
  )
  let end = seconds
  return {
    update: () => plot.setData(windowAt(++end)),
    dispose: () => plot.destroy(),
  }
}

const nextTask = () =>
  new Promise((resolve) => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => resolve()
    channel.port2.postMessage(null)
  })
/** Until the frame with the last change is painted. */
const painted = async () => {
  await new Promise((resolve) => requestAnimationFrame(resolve))
  await nextTask()
}

/** uPlot draws in a microtask, so the time ends after the microtasks. */
const timed = async (chart) => {
  const startMs = performance.now()
  chart.update()
  await Promise.resolve()
  await Promise.resolve()
  const endMs = performance.now()
  await painted()
  return endMs - startMs
}

let charts = null

window.bench = {
  open(seconds, updates) {
    charts?.ours.dispose()
    charts?.peer.dispose()
    const data = makeSeries(seconds + updates + 1)
    charts = { ours: openOurs(seconds, data), peer: openPeer(seconds, data) }
  },
  /** Times of `count` updates of both in turn, ms; who is first alternates. */
  async interleave(count) {
    const ms = { ours: [], peer: [] }
    for (let i = 0; i < count; i++) {
      for (const name of i % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'])
        ms[name].push(await timed(charts[name]))
    }
    return ms
  },
  /** Updates of one of them only, for the browser's own count of its work. */
  async block(name, count) {
    for (let i = 0; i < count; i++) await timed(charts[name])
  },
}
