import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startElectron } from '../electron/electron-app.mjs'
import { countFrames, dragFlame, dropProfile, readFlame, watches, zoomFlame } from '../electron/window.mjs'
import { projectDir } from '../paths.mjs'
import { makeProfile } from '../profile-maker.mjs'
import { median, quantile } from '../statistics.mjs'

const stackCount = 100_000
const repetitions = 3
const openLimitMs = 1000
const settleMs = 3000
const idleMs = 3000
/** Eight times as near as the whole: dragged two views to the left and back, more than is laid out ahead. */
const zooms = 3
const drag = { stretchPx: 1000, stepPx: 8, stepMs: 8 }
const directions = [-1, -1, -1, 1, 1, 1]
/** As long as the drags take. */
const panMs = directions.length * ((drag.stretchPx / drag.stepPx) * drag.stepMs)
/** The clock of frames is off by a little: a frame that is missed is a second one, 2. */
const frameLimit = 1.05

/** The waits for frames while it is dragged; a drag that moves nothing is a failure. */
const pan = async (app) => {
  const before = await readFlame(app)
  const counting = countFrames(app, panMs)
  for (const direction of directions) {
    await dragFlame(app, { ...drag, stretchPx: direction * drag.stretchPx })
  }
  const { waitsMs } = await counting
  await dragFlame(app, { ...drag, stretchPx: -drag.stretchPx })
  if ((await readFlame(app)).sum === before.sum) throw new Error('the flame graph did not move')
  return waitsMs
}

/** A window of its own, so that nothing is loaded or warm: opened, looked at, moved. */
const measureOnce = async (display, bytes) => {
  const app = await startElectron(projectDir, { display, watch: watches.data })
  try {
    await sleep(settleMs)
    const openMs = await dropProfile(app, bytes)
    const { colourCount } = await readFlame(app)
    if (colourCount < 5) throw new Error('the flame graph is empty')
    await zoomFlame(app, zooms)
    await sleep(settleMs)
    const idle = await countFrames(app, idleMs)
    return { openMs, idleWaitsMs: idle.waitsMs, panWaitsMs: await pan(app) }
  } finally {
    await app.close()
  }
}

const toRows = (runs, megabytes) => {
  const idle = runs.map(({ idleWaitsMs }) => median(idleWaitsMs))
  const frameRow = (name, toMs, note, details) => ({
    name: `flame ${name}`,
    unit: 'ms',
    ours: runs.map(({ panWaitsMs }) => toMs(panWaitsMs)),
    peerName: 'own frame',
    peer: idle,
    measure: 'ratio',
    value: median(runs.map(({ panWaitsMs }) => toMs(panWaitsMs))) / median(idle),
    target: frameLimit,
    note,
    details,
  })
  const describe = ({ panWaitsMs }, run) => {
    const late = panWaitsMs.filter((ms) => ms > 1.5 * idle[run]).length
    return `${late} of ${panWaitsMs.length} late, the longest ${Math.max(...panWaitsMs).toFixed(1)} ms`
  }
  const openMs = runs.map((run) => run.openMs)
  return [
    {
      name: 'flame open',
      unit: 'ms',
      ours: openMs,
      peerName: 'limit',
      peer: [openLimitMs],
      measure: 'ratio',
      value: median(openMs) / openLimitMs,
      target: 1,
      note: `${megabytes} MB, ${stackCount.toLocaleString('en')} stacks: file dropped until table and graph are painted`,
    },
    frameRow('pan', median, 'median from frame to frame while the graph is dragged'),
    frameRow('pan p95', (ms) => quantile(ms, 0.95), 'the same, 95th percentile', runs.map(describe)),
  ]
}

/** A heap profile of 100,000 stacks in the product's window: until it is shown, and its frames while it is moved. */
export const measureFlame = async ({ display }) => {
  const file = await makeProfile(stackCount, 'service')
  const bytes = readFileSync(file)
  const runs = []
  for (let run = 0; run < repetitions; run++) runs.push(await measureOnce(display, bytes))
  return toRows(runs, (bytes.length / 1e6).toFixed(1))
}
