// npm run bench: measures Ballonet against its targets and prints a table of ratios. docs/benchmarks.md explains it.
// Nothing but Node's own modules may be imported before the dependencies are installed.
import { parseArgs } from 'node:util'
import { buildBench } from '../test/bench/build.mjs'
import { measurePss, measureRestCpu } from '../test/bench/parts/at-rest.mjs'
import { measureChart } from '../test/bench/parts/chart.mjs'
import { measureConnect } from '../test/bench/parts/connect.mjs'
import { measureFlame } from '../test/bench/parts/flame.mjs'
import { measureMainDelay } from '../test/bench/parts/main-delay.mjs'
import { measurePoll } from '../test/bench/parts/poll.mjs'
import { measureProfile } from '../test/bench/parts/profile.mjs'
import { measureRecorder } from '../test/bench/parts/recorder.mjs'
import { measureRemotePoll } from '../test/bench/parts/remote-poll.mjs'
import { measureSnapshot } from '../test/bench/parts/snapshot.mjs'
import { measureStartToData } from '../test/bench/parts/start.mjs'
import { measureTargets } from '../test/bench/parts/targets.mjs'
import { describeMachine, formatMachine, formatTable, verdictOf } from '../test/bench/report.mjs'
import { withVirtualDisplay } from './checks/virtual-display.mjs'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureElectronRuntime } from './setup/electron-runtime.mjs'
import { say, withProgress } from './setup/progress.mjs'
import { runProgram, SetupProblem } from './setup/setup-problem.mjs'
import { ensureSystemPackages } from './setup/system-packages.mjs'

/** In this order; `--only` takes the start of a name. */
const parts = [
  { name: 'poll-3000', measure: measurePoll },
  { name: 'remote-poll', measure: measureRemotePoll },
  { name: 'main-delay-p99', measure: measureMainDelay },
  { name: 'start-to-data', measure: measureStartToData },
  { name: 'connect', measure: measureConnect },
  { name: 'targets-20', measure: measureTargets },
  { name: 'pss', measure: measurePss },
  { name: 'chart', measure: measureChart },
  { name: 'rest-cpu', measure: measureRestCpu },
  { name: 'profile', measure: measureProfile },
  { name: 'flame', measure: measureFlame },
  { name: 'recorder', measure: measureRecorder },
  { name: 'snapshot', measure: measureSnapshot },
]

const usage = `Usage: npm run bench -- [--only NAME] [--json] [--strict]
NAME: ${parts.map((part) => part.name).join(', ')}. --strict ends with status 1 when a target is missed.`

const options = {
  only: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
}

const choose = (only) => {
  if (only === undefined) return parts
  const chosen = parts.filter(({ name }) =>
    only.some((wanted) => name.startsWith(wanted) || wanted.startsWith(name)),
  )
  if (chosen.length === 0) throw new SetupProblem(`There is no benchmark "${only.join(', ')}".`, usage)
  return chosen
}

const measureAll = (chosen) =>
  withVirtualDisplay(async (display) => {
    const rows = []
    const failures = []
    for (const { name, measure } of chosen) {
      try {
        rows.push(...(await withProgress(name, () => measure({ display }))))
      } catch (error) {
        failures.push({ name, reason: error.message })
      }
    }
    return { rows, failures }
  })

const main = async () => {
  const { values } = parseArgs({ options })
  if (values.help) return console.log(usage)
  if (process.platform !== 'linux') throw new SetupProblem('The benchmark reads /proc.', 'run it on Linux.')
  const chosen = choose(values.only)
  await ensureDependencies()
  await ensureSystemPackages('bench')
  const runtime = await ensureElectronRuntime()
  await ensureBuild()
  await buildBench()
  const { rows, failures } = await measureAll(chosen)
  const machine = describeMachine(runtime.version)
  if (values.json) {
    const results = rows.map((row) => ({ ...row, verdict: verdictOf(row) || null }))
    console.log(JSON.stringify({ machine, results, failures }))
  } else {
    console.log(`\n${formatMachine(machine)}\n\n${formatTable(rows)}`)
    for (const { name, reason } of failures) console.log(`\nFAILED ${name}: ${reason}`)
  }
  const missed = rows.filter((row) => verdictOf(row) === 'MISS')
  if (missed.length > 0) say(`\nMissed: ${missed.map((row) => row.name).join(', ')}`)
  if (failures.length > 0 || (values.strict && missed.length > 0)) process.exitCode = 1
}

await runProgram(main)
