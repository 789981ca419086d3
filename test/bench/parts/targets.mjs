import { setTimeout as sleep } from 'node:timers/promises'
import { bareDir, startElectron } from '../electron/electron-app.mjs'
import { readCpuByType } from '../electron/process-tree.mjs'
import { countFrames, pressConnect, typeSpec, watches } from '../electron/window.mjs'
import { withLoopbackSshd } from '../loopback-sshd.mjs'
import { projectDir } from '../paths.mjs'
import { median } from '../statistics.mjs'

/** Half of them over ssh, half commands; the last one's table is open. */
const targetCount = 20
const settleMs = 20_000
const frameWindows = 3
const frameWindowMs = 10_000
const cpuWindows = 4
const cpuWindowMs = 5000

const specOf = (index) =>
  index % 2 === 0 ? `exec:env BALLONET_BENCH=${index + 1} sh` : `ssh:ballonet-bench-${index + 1}`

/** What belongs to the app: the rest of its tree runs on a target where that is no command on this machine. */
const isOurs = (type) => /^(browser|renderer|gpu-process|utility.*|zygote|ssh|chrome.*)$/.test(type)

const add = (ms, holds) =>
  Object.entries(ms).reduce((sum, [type, value]) => (holds(type) ? sum + value : sum), 0)

const measureCpu = async (app) => {
  const windows = []
  for (let i = 0; i < cpuWindows; i++) {
    const fromMs = performance.now()
    const before = readCpuByType(app.pid)
    await sleep(cpuWindowMs)
    const share = 100 / (performance.now() - fromMs)
    windows.push(
      Object.fromEntries(
        Object.entries(readCpuByType(app.pid)).map(([type, ms]) => [
          type,
          (ms - (before[type] ?? 0)) * share,
        ]),
      ),
    )
  }
  return windows
}

/** CPU first: what counts the frames makes each of them. */
const measureWindow = async (app) => {
  const cpu = await measureCpu(app)
  const frames = []
  for (let i = 0; i < frameWindows; i++) frames.push(await countFrames(app, frameWindowMs))
  return { cpu, frames }
}

const describe = (windows) =>
  [...new Set(windows.flatMap((byType) => Object.keys(byType)))]
    .filter(isOurs)
    .map((type) => [type, median(windows.map((byType) => byType[type] ?? 0))])
    .filter(([, value]) => value >= 0.05)
    .sort((a, b) => b[1] - a[1])
    .map(([type, value]) => `${type} ${value.toFixed(1)}`)
    .join(', ')

const toRows = (ours, bare) => {
  const row = (name, unit, toValues, rest) => ({
    name: `targets-20 ${name}`,
    unit,
    ours: toValues(ours),
    peerName: 'bare window',
    peer: toValues(bare),
    measure: 'value',
    value: median(toValues(ours)),
    ...rest,
  })
  const perSecond = ours.frames.map(({ frameMs }) => (1000 / frameMs).toFixed(1))
  const hosts = median(ours.cpu.map((byType) => add(byType, (type) => !isOurs(type))))
  return [
    row('frame', 'ms', ({ frames }) => frames.map(({ frameMs }) => frameMs), {
      // 60 a second, less what a clock is off.
      target: 16.8,
      note: 'mean time from frame to frame, each over 10 s',
      details: [`frames a second: ${perSecond.join(', ')}`],
    }),
    row('worst', 'ms', ({ frames }) => frames.map(({ worstMs }) => worstMs), {
      target: null,
      note: 'the longest of them',
    }),
    row('cpu', '% of a core', ({ cpu }) => cpu.map((byType) => add(byType, isOurs)), {
      target: null,
      note: 'the app with its ssh clients',
      details: [`ours: ${describe(ours.cpu)}`, `the commands, which stand for hosts: ${hosts.toFixed(1)}`],
    }),
  ]
}

const withApp = async (starting, job) => {
  const app = await starting
  try {
    return await job(app)
  } finally {
    await app.close()
  }
}

/** The window with 20 targets open and one of them looked at: its frames, and what the app costs. */
export const measureTargets = async ({ display }) => {
  // One after the other: a window that another one covers gets no frames.
  const bare = await withApp(startElectron(bareDir, { display, watch: watches.bare }), measureWindow)
  return withLoopbackSshd(({ clientEnv }) =>
    withApp(startElectron(projectDir, { display, env: clientEnv, watch: watches.data }), async (app) => {
      for (let index = 0; index < targetCount; index++) {
        await typeSpec(app, specOf(index))
        await pressConnect(app, specOf(index))
      }
      await sleep(settleMs)
      return toRows(await measureWindow(app), bare)
    }),
  )
}
