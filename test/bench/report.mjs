import { cpus, release, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import { median } from './statistics.mjs'

/**
 * One measured line.
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit of `ours` and `peer`
 * @property {number[]} ours one value a repetition
 * @property {string | null} peerName
 * @property {number[] | null} peer
 * @property {'ratio' | 'difference' | 'value'} measure what `value` is of ours and peer
 * @property {number} value what is held against the target
 * @property {number[]} [spread] the same of each repetition
 * @property {number | null} target at most; null: for information
 * @property {string} note
 * @property {string[]} [details]
 */

/** 'OK', 'MISS', or '' where there is no target. @param {Row} row */
export const verdictOf = ({ value, target }) => (target === null ? '' : value <= target ? 'OK' : 'MISS')

const number = (value) =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2)

const spread = (values) =>
  values === null
    ? ''
    : `${number(median(values))} (${number(Math.min(...values))}-${number(Math.max(...values))})`

const figure = ({ measure, value }) => {
  if (measure === 'ratio') return `${value.toFixed(2)} x`
  return measure === 'difference' ? `${value >= 0 ? '+' : ''}${number(value)}` : number(value)
}

const limit = ({ measure, target }) => {
  if (target === null) return ''
  return measure === 'ratio'
    ? `<= ${Number.isInteger(target) ? target.toFixed(1) : target} x`
    : `<= ${measure === 'difference' ? '+' : ''}${target}`
}

const head = ['name', 'ours: median (min-max)', 'peer: median (min-max)', 'figure', 'target', '', 'what']

/** The table for a terminal, with what belongs to a line under it. @param {Row[]} rows */
export const formatTable = (rows) => {
  const lines = rows.map((row) => [
    row.name,
    `${spread(row.ours)} ${row.unit}`,
    row.peer === null ? '' : `${row.peerName} ${spread(row.peer)}`,
    figure(row),
    limit(row),
    verdictOf(row),
    row.note,
  ])
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column].length)))
  const print = (cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd()
  return [
    print(head),
    print(widths.map((width) => '-'.repeat(width))),
    ...rows.flatMap((row, index) => [
      print(lines[index]),
      ...(row.details ?? []).map((text) => `    ${text}`),
    ]),
  ].join('\n')
}

/** What it was measured on: a figure in ms means nothing without it. */
export const describeMachine = (electronVersion) => {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  return {
    cpu: model,
    cpuCount: cpus().length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    electron: electronVersion,
    loadAverage: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' '),
  }
}

export const formatMachine = (machine) =>
  `${machine.cpuCount} x ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}, ` +
  `Electron ${machine.electron}, load ${machine.loadAverage}`
