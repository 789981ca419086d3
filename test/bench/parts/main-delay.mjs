import { setTimeout as sleep } from 'node:timers/promises'
import { withDummies } from '../dummies.mjs'
import { bareDir, startElectron } from '../electron/electron-app.mjs'
import { startWithTable, watches } from '../electron/window.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const processCount = 3000
const resolutionMs = 2
const windows = 6
const windowMs = 6000
const settleMs = 8000

/** p99 of the event loop's delay in the main process over a stretch, ms; the resolution is part of it. */
const measureDelay = (app) =>
  app.evaluate(
    `
    const { monitorEventLoopDelay } = require('node:perf_hooks')
    const histogram = monitorEventLoopDelay({ resolution: argument.resolutionMs })
    histogram.enable()
    await new Promise((resolve) => setTimeout(resolve, argument.windowMs))
    histogram.disable()
    return histogram.percentile(99) / 1e6
    `,
    { resolutionMs, windowMs },
  )

/** The main process's event loop while the window shows 3,000 processes at 1 Hz, beside that of a bare window. */
export const measureMainDelay = ({ display }) =>
  withDummies(processCount, async () => {
    const bare = await startElectron(bareDir, { display, watch: watches.bare })
    try {
      const app = await startWithTable(display)
      try {
        await sleep(settleMs)
        const ms = { ours: [], bare: [] }
        for (let i = 0; i < windows; i++) {
          ms.ours.push(await measureDelay(app))
          ms.bare.push(await measureDelay(bare))
        }
        const backend = await readBackendFiles(app)
        return [
          {
            name: 'main-delay-p99',
            unit: 'ms',
            ours: ms.ours,
            peerName: 'bare window',
            peer: ms.bare,
            measure: 'value',
            value: median(ms.ours),
            spread: pairedRatios(ms.ours, ms.bare),
            target: 10,
            note: `timer of ${resolutionMs} ms included; ${backend} files open in the backend`,
          },
        ]
      } finally {
        await app.close()
      }
    } finally {
      await bare.close()
    }
  })

/** How many descriptors the backend holds: about one a process when the poll keeps them open. */
const readBackendFiles = (app) =>
  app.evaluate(`
    const backend = electron.app.getAppMetrics().find(({ name }) => name === 'Ballonet backend')
    return backend === undefined ? 0 : require('node:fs').readdirSync('/proc/' + backend.pid + '/fd').length
  `)
