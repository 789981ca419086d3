import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../../scripts/setup/run-command.mjs'
import { builtDir, projectDir } from '../paths.mjs'
import { makeProfile } from '../profile-maker.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const stackCount = 80_000
const repetitions = 3
const memoryRuns = 5
const cli = join(projectDir, 'out', 'main', 'cli.js')
/** Loaded before a program, says at its end how much memory it had at most, KiB. */
const tellPeak =
  'data:text/javascript,process.on("exit",()=>require("fs").writeSync(3,String(process.resourceUsage().maxRSS)))'.replace(
    'require("fs")',
    'process.getBuiltinModule("fs")',
  )

/** Wall time of a program, ms, and what it printed. */
const timeProgram = async (command, args) => {
  const startMs = performance.now()
  const { status, stdout, output } = await runCommand(command, args, { env: { ...process.env, TZ: 'UTC' } })
  if (status !== 0) throw new Error(`${command} failed: ${output.slice(-400)}`)
  return { ms: performance.now() - startMs, stdout }
}

/** Peak RSS of a Node program, MiB. */
const peakOf = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', tellPeak, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    })
    let text = ''
    child.stdio[3].setEncoding('utf8').on('data', (chunk) => (text += chunk))
    child.on('error', reject)
    child.on('close', (status) =>
      status === 0 ? resolve(Number(text) / 1024) : reject(new Error(`node ended with ${status}`)),
    )
  })

const wallRow = (name, ours, tool, target, note) => ({
  name,
  unit: 'ms',
  ours,
  peerName: 'go tool pprof',
  peer: tool,
  measure: 'ratio',
  value: median(pairedRatios(ours, tool)),
  target,
  note,
})

/** Decode and top of a heap profile of 80,000 stacks against go tool pprof -top, and the memory it takes. */
export const measureProfile = async () => {
  const file = await makeProfile(stackCount)
  const { stdout: tool } = await timeProgram('go', ['tool', '-n', 'pprof'])
  const ours = []
  const inProcess = []
  const peer = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const mine = await timeProgram(process.execPath, [cli, 'profile', file])
    const theirs = await timeProgram(tool.trim(), ['-top', file])
    if (mine.stdout !== theirs.stdout) throw new Error('the two tables are not the same text')
    const warm = await timeProgram(process.execPath, [join(builtDir, 'poll', 'in-process.mjs'), file])
    ours.push(mine.ms)
    peer.push(theirs.ms)
    inProcess.push(Math.min(...warm.stdout.trim().split('\n').map(Number)))
  }
  const peaks = []
  const bare = []
  for (let run = 0; run < memoryRuns; run++) {
    peaks.push(await peakOf([cli, 'profile', file]))
    bare.push(await peakOf(['-e', '0']))
  }
  const megabytes = (statSync(file).size / 1e6).toFixed(1)
  return [
    wallRow('profile', ours, peer, 0.1, `${megabytes} MB, 80,000 stacks; whole process, the same text`),
    wallRow('profile in process', inProcess, peer, null, 'decode and table, best of 5 turns'),
    {
      name: 'profile memory',
      unit: 'MiB',
      ours: peaks,
      peerName: 'bare node',
      peer: bare,
      measure: 'difference',
      value: median(peaks) - median(bare),
      target: 250,
      note: 'peak RSS of the whole process',
    },
  ]
}
