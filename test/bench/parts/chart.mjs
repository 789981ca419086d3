import { join } from 'node:path'
import { bareDir, startElectron } from '../electron/electron-app.mjs'
import { builtDir } from '../paths.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const warmUpUpdates = 12
const updates = 80
const blocks = 6
const updatesOfBlock = 10
const windows = [
  { name: '1h', seconds: 3600, target: 2 },
  { name: '24h', seconds: 86_400, target: 1 },
]

/** TaskDuration of the page so far, ms, as DevTools counts it: script, layout, paint, everything of its main thread. */
const taskMs = (app) =>
  app.evaluate(`
    const { debugger: tools } = electron.BrowserWindow.getAllWindows()[0].webContents
    if (!tools.isAttached()) {
      tools.attach()
      await tools.sendCommand('Performance.enable')
    }
    const { metrics } = await tools.sendCommand('Performance.getMetrics')
    return metrics.find((metric) => metric.name === 'TaskDuration').value * 1000
  `)

const measureWindow = async (app, seconds) => {
  await app.inPage(`bench.open(${seconds}, ${warmUpUpdates + updates + blocks * updatesOfBlock + 1})`)
  await app.inPage(`bench.interleave(${warmUpUpdates})`)
  const sync = await app.inPage(`bench.interleave(${updates})`)
  const task = { ours: [], peer: [] }
  for (let block = 0; block < blocks; block++) {
    for (const name of block % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours']) {
      const before = await taskMs(app)
      await app.inPage(`bench.block('${name}', ${updatesOfBlock})`)
      task[name].push(((await taskMs(app)) - before) / updatesOfBlock)
    }
  }
  return { sync, task }
}

const ratioRow = (name, ours, peerName, peer, target, note) => ({
  name,
  unit: 'ms',
  ours,
  peerName,
  peer,
  measure: 'ratio',
  value: median(ours) / median(peer),
  spread: pairedRatios(ours, peer),
  target,
  note,
})

/** Update of the hero chart, drawing included, with an hour and with a day of 1 Hz data × 4 series, beside uPlot. */
export const measureChart = async ({ display }) => {
  const page = join(builtDir, 'chart', 'index.html')
  const app = await startElectron(bareDir, { display, env: { BARE_PAGE: page } })
  try {
    const results = {}
    // Hour, day, hour, day: what the machine does meanwhile falls on both.
    for (const { name, seconds } of [...windows, ...windows]) {
      const { sync, task } = await measureWindow(app, seconds)
      const sum = (results[name] ??= { ours: [], peer: [], oursTask: [], peerTask: [] })
      sum.ours.push(...sync.ours)
      sum.peer.push(...sync.peer)
      sum.oursTask.push(...task.ours)
      sum.peerTask.push(...task.peer)
    }
    const rows = windows.flatMap(({ name, target }) => {
      const { ours, peer, oursTask, peerTask } = results[name]
      return [
        ratioRow(`chart-${name}`, ours, 'uPlot', peer, target, 'sample, window and drawing'),
        ratioRow(`chart-${name} task`, oursTask, 'uPlot', peerTask, null, 'TaskDuration an update'),
      ]
    })
    const [hour, day] = [results['1h'].ours, results['24h'].ours]
    return [...rows, ratioRow('chart-24h / 1h', day, 'ours, 1 h', hour, 1.5, 'a day against an hour')]
  } finally {
    await app.close()
  }
}
