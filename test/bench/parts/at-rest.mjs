import { setTimeout as sleep } from 'node:timers/promises'
import { bareDir, startElectron } from '../electron/electron-app.mjs'
import { readCpuByType, readPssByType } from '../electron/process-tree.mjs'
import { focusProcess, startWithTable, watches } from '../electron/window.mjs'
import { withWatchedProcess } from '../service.mjs'
import { median } from '../statistics.mjs'

const mib = 1024 ** 2
const settleMs = 6000
/** Until the compiler has done what it will: at rest is not the first minute. */
const restSettleMs = 20_000
const pssRounds = 5
const cpuWindows = 6
const cpuWindowMs = 5000

const sum = (byType) => Object.values(byType).reduce((total, value) => total + value, 0)

/** `browser 120, renderer 80`: the most first. */
const describe = (byType, scale) =>
  Object.entries(byType)
    .map(([type, value]) => [type, value / scale])
    .filter(([, value]) => value >= 0.05)
    .sort((a, b) => b[1] - a[1])
    .map(([type, value]) => `${type} ${value < 10 ? value.toFixed(1) : value.toFixed(0)}`)
    .join(', ')

const withApp = async (starting, job) => {
  const app = await starting
  try {
    return await job(app)
  } finally {
    await app.close()
  }
}

const startBare = (display) => startElectron(bareDir, { display, watch: watches.bare })

const startWatching = async (display, pid) => {
  const app = await startWithTable(display)
  try {
    await focusProcess(app, pid)
    await sleep(settleMs)
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

/** Memory of all processes of the app. Each runs alone: pages that two apps share would be halved. */
export const measurePss = ({ display }) =>
  withWatchedProcess(async (watched) => {
    const rounds = []
    for (let round = 0; round < pssRounds; round++) {
      const bare = await withApp(startBare(display), async (app) => {
        await sleep(settleMs / 2)
        return readPssByType(app.pid)
      })
      const ours = await withApp(startWatching(display, watched.pid), async (app) => readPssByType(app.pid))
      rounds.push({ bare, ours })
    }
    const ours = rounds.map((round) => sum(round.ours) / mib)
    const peer = rounds.map((round) => sum(round.bare) / mib)
    const differences = ours.map((value, index) => value - peer[index])
    const last = rounds.at(-1)
    return [
      {
        name: 'pss',
        unit: 'MiB',
        ours,
        peerName: 'bare window',
        peer,
        measure: 'difference',
        value: median(differences),
        spread: differences,
        target: 60,
        note: `table and ${watched.name} in focus`,
        details: [`ours: ${describe(last.ours, mib)}`, `bare: ${describe(last.bare, mib)}`],
      },
    ]
  })

/** CPU of all processes of the app while it watches one process and draws it, percent of one core. */
export const measureRestCpu = ({ display }) =>
  withWatchedProcess((watched) =>
    withApp(startBare(display), (bare) =>
      withApp(startWatching(display, watched.pid), async (app) => {
        await sleep(restSettleMs)
        return measureCpu(app, bare, watched)
      }),
    ),
  )

const measureCpu = async (app, bare, watched) => {
  const ours = []
  const peer = []
  const first = readCpuByType(app.pid)
  const startMs = performance.now()
  for (let i = 0; i < cpuWindows; i++) {
    const fromMs = performance.now()
    const before = [sum(readCpuByType(app.pid)), sum(readCpuByType(bare.pid))]
    await sleep(cpuWindowMs)
    const percent = 100 / (performance.now() - fromMs)
    ours.push((sum(readCpuByType(app.pid)) - before[0]) * percent)
    peer.push((sum(readCpuByType(bare.pid)) - before[1]) * percent)
  }
  const seconds = (performance.now() - startMs) / 1000
  const byType = Object.fromEntries(
    Object.entries(readCpuByType(app.pid)).map(([type, ms]) => [type, ms - (first[type] ?? 0)]),
  )
  return [
    {
      name: 'rest-cpu',
      unit: '% of a core',
      ours,
      peerName: 'bare window',
      peer,
      measure: 'value',
      // The mean of the whole stretch: what is done every few seconds counts, too.
      value: sum(byType) / seconds / 10,
      spread: ours,
      target: 2,
      note: `${watched.name} in focus, table open, ${seconds.toFixed(0)} s`,
      details: [`ours: ${describe(byType, seconds * 10)}`],
    },
  ]
}
