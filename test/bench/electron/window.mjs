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

/** In a script of the page: resolves when `holds()` is true. */
const defineUntil = `const until = (holds) => new Promise((resolve) => {
  if (holds()) return resolve()
  const observer = new MutationObserver(() => {
    if (!holds()) return
    observer.disconnect()
    resolve()
  })
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
})`

/** A script of the page: waits until `expressions` were true one after the other; `then` and `last` run after each. */
const toWatch = (expressions, then = '', last = '') => `(async () => {
  ${defineUntil}
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

/** Sets the text of a field as if it were typed. */
const typeInto = (selector, text) => `(() => {
  const input = document.querySelector(${JSON.stringify(selector)})
  input.value = ${JSON.stringify(text)}
  input.dispatchEvent(new Event('input', { bubbles: true }))
})()`

const card = (spec) => `document.querySelector(${JSON.stringify(`[data-target="${spec}"]`)})`

/** What a connected target shows: the memory of its host on its card, and rows in the table while it is looked at. */
const connectedSeen = (spec) => ({
  sample: `${card(spec)}?.querySelector('.bar:not(.unknown)') != null`,
  table: `${card(spec)}?.getAttribute('aria-current') === 'true' && ${seen.table}`,
})

/** The dialog that connects, with the spec typed in it and, for a host, told where ssh would go. */
export const typeSpec = async (app, spec) => {
  const [, kind, text] = /^(ssh|exec):(.*)$/.exec(spec)
  const field = kind === 'ssh' ? '#connect-host' : '#connect-command'
  const hasField = `document.querySelector('${field}') !== null`
  await app.inPage(`([...document.querySelectorAll('button.door')].find((door) => /over SSH/.test(door.textContent))
    ?? document.querySelector('.rail .foot button')).click()`)
  await until(app, 'the dialog', `document.querySelector('[role=dialog] .segment') !== null`)
  await app.inPage(
    `[...document.querySelectorAll('[role=dialog] .segment')][${kind === 'ssh' ? 0 : 1}].click()`,
  )
  await until(app, 'the field', hasField)
  await app.inPage(typeInto(field, text))
  if (kind === 'ssh')
    await until(app, 'the address', `document.querySelector('#connect-meaning code') !== null`)
}

/**
 * Enter in the dialog that typeSpec has filled in. Resolves when the target's rows are painted.
 * @returns {Promise<{ sampleMs: number, rowsMs: number }>} from Enter to the paint of the host's memory, and of the rows
 */
export const pressConnect = (app, spec) => {
  const { sample, table } = connectedSeen(spec)
  return app.inPage(`(async () => {
    ${defineUntil}
    const field = document.querySelector('#connect-host, #connect-command')
    const failure = () => document.querySelector('[role=dialog] [role=alert]')
    const painted = async (holds) => {
      await until(() => failure() !== null || holds())
      if (failure() !== null) throw new Error(failure().textContent)
      return ${whenPainted}
    }
    const enterMs = Date.now()
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    const waits = [painted(() => ${sample}), painted(() => ${table})]
    const [sampleAtMs, rowsAtMs] = await Promise.all(waits)
    return { sampleMs: sampleAtMs - enterMs, rowsMs: rowsAtMs - enterMs }
  })()`)
}

/** The frames that a page gets over a stretch: each wait for one, their mean and the longest; it must not be covered. */
export const countFrames = (app, stretchMs) =>
  app.inPage(`new Promise((resolve) => {
    const waitsMs = []
    let lastMs = null
    let firstMs = null
    const step = (nowMs) => {
      if (lastMs !== null) waitsMs.push(nowMs - lastMs)
      lastMs = nowMs
      firstMs ??= nowMs
      if (nowMs - firstMs < ${stretchMs}) return requestAnimationFrame(step)
      resolve({ frameMs: (nowMs - firstMs) / waitsMs.length, worstMs: Math.max(...waitsMs), waitsMs })
    }
    requestAnimationFrame(step)
  })`)

/** Filters the table for a pid, focuses the process and takes the filter away again. */
export const focusProcess = async (app, pid) => {
  const type = (text) => typeInto('.toolbar .search input', text)
  const row = `[...document.querySelectorAll('[role=rowgroup] [role=row]')]
    .find((row) => [...row.children].some((cell) => cell.textContent.trim() === '${pid}'))`
  await app.inPage(type(String(pid)))
  await until(app, `the row of ${pid}`, `${row} !== undefined`)
  await app.inPage(`${row}.click()`)
  await app.inPage(type(''))
  await until(app, 'the focused process', seen.focus)
}

/** The flame graph of the page of profiles. */
const flame = `document.querySelector('[role=dialog] .flame canvas')`
/** Its canvas gets its size with its first drawing; the table has rows. */
const profileSeen = `${flame}?.hasAttribute('width') === true
  && document.querySelector('[role=dialog] [role=grid] [role=rowgroup] [role=row]') !== null`

/** Drops a profile on the window. Resolves with the ms until its table and flame graph are painted. */
export const dropProfile = async (app, bytes) => {
  await app.inPage(`window.benchFile = Uint8Array.from(atob('${bytes.toString('base64')}'), (letter) =>
    letter.charCodeAt(0)).buffer; null`)
  return app.inPage(`(async () => {
    ${defineUntil}
    const dropped = new DataTransfer()
    dropped.items.add(new File([window.benchFile], 'heap.pb.gz'))
    const target = document.querySelector('.app')
    const startMs = Date.now()
    target.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }))
    const failure = () => document.querySelector('[role=dialog] [role=alert]')
    await until(() => failure() !== null || (${profileSeen}))
    if (failure() !== null) throw new Error(failure().textContent)
    return (await ${whenPainted}) - startMs
  })()`)
}

/** Zooms into the middle of the flame graph, twice as near each time. */
export const zoomFlame = (app, times) =>
  app.inPage(`(() => {
    const outer = ${flame}.closest('[role=group]')
    for (let i = 0; i < ${times}; i++) outer.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }))
  })()`)

/** A number that is another one when the flame graph's picture is, and how many colours are in it. */
export const readFlame = (app) =>
  app.inPage(`(() => {
    const { data } = ${flame}.getContext('2d').getImageData(0, 0, ${flame}.width, ${flame}.height)
    const colours = new Set()
    let sum = 0
    for (const pixel of new Uint32Array(data.buffer)) {
      sum = (Math.imul(sum, 31) + pixel) >>> 0
      colours.add(pixel)
    }
    return { sum, colourCount: colours.size }
  })()`)

/**
 * Drags the flame graph with the mouse, as the system would tell of it, by so many px a step.
 * @param {{ stretchPx: number, stepPx: number, stepMs: number }} how `stretchPx` below 0: to the left
 */
export const dragFlame = async (app, { stretchPx, stepPx, stepMs }) => {
  const box = await app.inPage(`(({ left, top, width, height }) => ({ left, top, width, height }))(
    ${flame}.getBoundingClientRect())`)
  const from = { x: box.left + box.width / 2 - stretchPx / 2, y: box.top + box.height / 2 }
  return app.evaluate(
    `
    const { from, stretchPx, stepPx, stepMs } = argument
    const { webContents } = electron.BrowserWindow.getAllWindows()[0]
    const send = (type, movedPx) =>
      webContents.sendInputEvent({
        type,
        x: Math.round(from.x + movedPx),
        y: Math.round(from.y),
        button: 'left',
        clickCount: 1,
        modifiers: type === 'mouseUp' ? [] : ['leftButtonDown'],
      })
    send('mouseDown', 0)
    const startMs = performance.now()
    const steps = Math.abs(stretchPx) / stepPx
    for (let step = 1; step <= steps; step++) {
      await new Promise((resolve) => setTimeout(resolve, startMs + step * stepMs - performance.now()))
      send('mouseMove', Math.sign(stretchPx) * step * stepPx)
    }
    send('mouseUp', stretchPx)
    `,
    { from, stretchPx, stepPx, stepMs },
  )
}
