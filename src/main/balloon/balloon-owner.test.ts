import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { createSessionList, waitFor, type ProcessEntry } from '../../../test/host/balloon-script'

/** A Node program that owns a balloon as the runner does: heartbeats each 250 ms, two chunks, and it never lets go. */
const ownerProgram = `
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const script = readFileSync(process.argv[1], 'utf8')
const args = ['guard', 'floor=67108864', 'watchdog=1500', 'page=4096']
const child = spawn('/bin/sh', ['-c', script, 'ballonet', ...args], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
setInterval(() => child.stdin.write('look\\n'), 250)
let grown = 0
child.stdout.on('data', (chunk) => {
  for (const line of chunk.toString().split('\\n')) {
    if (line.startsWith('grown') && ++grown === 2) console.log(child.pid)
    else if (/^(ready|grown)/.test(line)) child.stdin.write('grow 25165824\\n')
  }
})
`
const scriptPath = fileURLToPath(new URL('../../../assets/balloon.sh', import.meta.url))

describe('the process that owns a balloon', () => {
  it.for<[string, NodeJS.Signals]>([
    ['is killed by kill -9', 'SIGKILL'],
    ['is stopped by SIGSTOP', 'SIGSTOP'],
    ['is ended by TERM', 'SIGTERM'],
  ])('%s: the memory is back within 2 s and nothing is left', async ([, signal], { onTestFinished }) => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', ownerProgram, scriptPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void owner.kill('SIGKILL'))
    const session = await new Promise<number>((resolve, reject) => {
      owner.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())))
      owner.once('exit', (code) => reject(new Error(`the owner ended: ${code}`)))
    })
    const processes = createSessionList(session)
    onTestFinished(() => killAll(processes()))
    const holders = (): ProcessEntry[] => processes().filter(({ comm }) => comm === 'dd')
    await waitFor('two holders', 2000, () => holders().length === 2)
    owner.kill(signal)
    await waitFor('no holder', 2000, () => holders().length === 0)
    await waitFor(`nothing left of ${JSON.stringify(processes())}`, 1000, () => processes().length === 0)
  })
})

function killAll(entries: ProcessEntry[]): void {
  for (const { pid } of entries) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}
