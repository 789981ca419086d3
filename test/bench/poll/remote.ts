// The product's poll over a link, in a process of its own: the arguments are the command that gives a shell.
// A line on standard input is a job, a line on standard output its answer:
//   poll N     N polls of every stat and the host's files, one after the other: CPU time of this process in µs (user + sys),
//              wall time in µs, number of processes, bytes read from and written to the link
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { AppError } from '#core/errors'
import { hostReads } from '#main/sampling/host-reader'
import { openCollector } from '#main/targets/shell/collector'
import type { ShellEnd } from '#main/targets/shell/shell-link'

const [command = 'sh', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
const ended = new Promise<ShellEnd>((resolve) => {
  child.on('error', (error) => resolve({ code: null, signal: null, stderr: error.message }))
  child.on('close', (code, signal) => resolve({ code, signal, stderr: '' }))
})
const { stdin, stdout } = child
const collector = await openCollector(
  { stdin, stdout, ended, kill: () => void child.kill('SIGKILL') },
  { timeoutMs: 20_000, explainEnd: (end) => new AppError('failed', `the link ended: ${end.stderr}`) },
)
let bytesRead = 0
let bytesWritten = 0
const write = stdin.write.bind(stdin) as (text: string) => boolean
stdin.write = (text: unknown) => {
  bytesWritten += String(text).length
  return write(String(text))
}
stdout.on('data', (chunk: Buffer) => (bytesRead += chunk.length))

async function poll(times: number): Promise<string> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const before = { read: bytesRead, written: bytesWritten }
  let count = 0
  for (let turn = 0; turn < times; turn++) {
    const { stat } = await collector.ask({ stat: true, reads: hostReads }, 30_000)
    count = stat?.count ?? 0
  }
  const { user, system } = process.cpuUsage(cpu)
  const wallMicros = Math.round((performance.now() - start) * 1000)
  return [user + system, wallMicros, count, bytesRead - before.read, bytesWritten - before.written].join(' ')
}

console.log(`ready ${collector.facts.awk ?? '?'} ${child.pid ?? 0}`)
for await (const line of createInterface({ input: process.stdin })) {
  console.log(await poll(Number(line.split(' ')[1] ?? 1)))
}
collector.dispose()
process.exit(0)
