// npm start: prepares what is missing, then opens Ballonet, or plays the demo in the terminal where there is no display.
// Nothing but Node's own modules may be imported before the dependencies are installed.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { readDisplay } from './setup/display.mjs'
import { ensureElectronRuntime } from './setup/electron-runtime.mjs'
import { toElectronArguments } from './setup/electron-arguments.mjs'
import { projectDir } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { runProgram } from './setup/setup-problem.mjs'
import { ensureSystemPackages, offerSystemPackages } from './setup/system-packages.mjs'

const main = async () => {
  const args = process.argv.slice(2)
  const display = await readDisplay()
  await ensureDependencies()
  if (display.usable) await startWindow(args)
  else await startTerminalDemo(args, display.reason)
}

const startWindow = async (args) => {
  await ensureSystemPackages('window')
  await offerSystemPackages('demo', 'the demo uses a stand-in that is no Go program')
  const runtime = await ensureElectronRuntime()
  await ensureBuild()
  const isRoot = process.getuid?.() === 0
  if (isRoot && process.platform === 'linux') {
    say(
      'Started as root: Chromium runs without its sandbox (--no-sandbox). An ordinary user keeps the sandbox.',
    )
  }
  const electronArgs = toElectronArguments(projectDir, args, {
    isRoot,
    platform: process.platform,
    env: process.env,
  })
  await hand(runtime.executable, electronArgs)
}

const startTerminalDemo = async (args, reason) => {
  // A snapshot is what is wanted then, not the demo.
  const file = args.find((arg) => /^[^-].*\.ballonet$/i.test(arg))
  if (file !== undefined) {
    await ensureBuild()
    say(`The report of ${file}, because there is ${reason}.`)
    await hand(process.execPath, [join(projectDir, 'out', 'main', 'cli.js'), 'report', ...args])
    return
  }
  await offerSystemPackages('demo', 'the demo uses a stand-in that is no Go program')
  await ensureBuild()
  say(`Terminal demo, because there is ${reason}. A window needs a display, or: xvfb-run -a npm start`)
  await hand(process.execPath, [join(projectDir, 'out', 'main', 'cli.js'), 'demo', ...args])
}

/** Runs the program in this terminal, passes signals on to it and ends as it ended. */
const hand = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectDir, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', reject)
    child.on('exit', (status, signal) => {
      process.exitCode = signal ? 128 + constants.signals[signal] : (status ?? 1)
      resolve()
    })
  })

await runProgram(main)
