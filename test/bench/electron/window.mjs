import { setTimeout as sleep } from 'node:timers/promises'
import { startElectron } from './electron-app.mjs'
import { projectDir } from '../paths.mjs'

const waitLimitMs = 60_000

/** Resolves with the clock when the frame that is being made now is painted. */
const whenPainted = `new Promise((resolve) => requestAnimationFrame(() => {
  const channel = new MessageChannel()
  channel.port1.onmessage = () => resolve(Date.now())
  channel.port2.postMessage(null)
}))`

/** What a page shows: expressions that are true once it is there. */
const seen = {
  bare: `document.querySelector('#data') !== null`,
  doors: `document.querySelector('button.door.main') !== null`,
  /** The memory of this machine on its door. */
  numbers: `/[KMG]iB/.test(document.querySelector('button.door.main')?.textContent ?? '')`,
  /** A row of the process table with its RSS in it. */
  table: `[...document.querySelectorAll('[role=rowgroup] [role=row] .number')].some((cell) => /[KMG]iB/.test(cell.textContent))`,
  /** Charts of a focused process. */
  focus: `document.querySelectorAll('figure canvas').length > 1`,
}

/** Presses the door of this machine; once more, as a person would, when it says that it could not be opened. */
const openLocalDoor = `
  document.querySelector('button.door.main').click()
  const retry = setInterval(() => document.querySelector('button.door.main:not(:disabled) .error')?.closest('button').click(), 100)
`

/** Nothing of the benchmark may run in the page while it is measured. */
const stopOpening = 'clearInterval(retry)'

/** A script of the page: waits until `expressions` were true one after the other; `then` and `last` run after each. */
const toWatch = (expressions, then = '', last = '') => `(async () => {
  const until = (holds) => new Promise((resolve) => {
    if (holds()) return resolve()
    const observer = new MutationObserver(() => {
      if (!holds()) return
      observer.disconnect()
      resolve()
    })
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
  })
  await until(() => ${expressions[0]})
  ${then}
  ${expressions[1] === undefined ? '' : `await until(() => ${expressions[1]})`}
  ${last}
  return ${whenPainted}
})()`

/**
 * Watches for startElectron: the bare page's text, the first page, the first numbers of this machine on it, and the rows
 * of the table when the door is pressed at once.
 */
export const watches = {
  bare: toWatch([seen.bare]),
  doors: toWatch([seen.doors]),
  data: toWatch([seen.numbers]),
  rows: toWatch([seen.doors, seen.table], openLocalDoor, stopOpening),
}

const until = async (app, what, expression) => {
  const endMs = performance.now() + waitLimitMs
  while (!(await app.inPage(expression))) {
    if (performance.now() > endMs) throw new Error(`${what} did not show within ${waitLimitMs / 1000} s`)
    await sleep(100)
  }
}

/** The product with the process table of this machine on its screen. */
export const startWithTable = (display, options = {}) =>
  startElectron(projectDir, { display, watch: watches.rows, ...options })

/** Filters the table for a pid, focuses the process and takes the filter away again. */
export const focusProcess = async (app, pid) => {
  const type = (text) => `(() => {
    const input = document.querySelector('.toolbar .search input')
    input.value = ${JSON.stringify(text)}
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })()`
  const row = `[...document.querySelectorAll('[role=rowgroup] [role=row]')]
    .find((row) => [...row.children].some((cell) => cell.textContent.trim() === '${pid}'))`
  await app.inPage(type(String(pid)))
  await until(app, `the row of ${pid}`, `${row} !== undefined`)
  await app.inPage(`${row}.click()`)
  await app.inPage(type(''))
  await until(app, 'the focused process', seen.focus)
}
