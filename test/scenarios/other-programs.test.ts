import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parsePidStat } from '#core/procfs/pid-stat'
import { afterEach, describe, expect, it } from 'vitest'
import { startPatient } from '../host/patient'
import { until } from '../support/go-service'
import { toSummary } from './judge'
import { watchProcess } from './run-scenario'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** 3 MiB a second, 150 MiB at most, until standard input closes. */
const leak = `
import os, select, sys
print(os.getpid(), flush=True)
kept = []
while not select.select([sys.stdin], [], [], 0.1)[0]:
    if len(kept) < 480: kept.append(bytearray(os.urandom(4096) * 80))
`

async function startPythonLeak(): Promise<{ pid: number; startTimeTicks: number }> {
  const child = spawn('python3', ['-c', leak], { stdio: ['pipe', 'pipe', 'inherit'] })
  cleanUps.push(() => child.stdin.end())
  const pid = Number(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve)))
  return { pid, startTimeTicks: parsePidStat(readFileSync(`/proc/${pid}/stat`, 'latin1')).startTimeTicks }
}

describe('the verdict on programs that are not Go', () => {
  it('names no allocator for freed memory that the kernel keeps', async () => {
    const patient = await startPatient(20, 100, null)
    cleanUps.push(() => patient.end())
    const watched = await watchProcess(patient.key)
    cleanUps.push(() => watched.close())
    const main = await until(
      () => watched.verdicts.at(-1)?.findings[0],
      (finding) => finding?.level === 'certain',
      30_000,
    )
    expect(main).toMatchObject({ id: 'madvFree', text: 'verdict.finding.madvFree.anyAllocator' })
    const steps = main!.next.map(({ text }) => text)
    expect(steps).toContain('verdict.next.allocator')
    expect(steps.filter((text) => /Go$|godebug/i.test(text))).toEqual([])
  }, 60_000)

  it('sees anonymous memory grow, and is certain of nothing', async () => {
    const watched = await watchProcess(await startPythonLeak())
    cleanUps.push(() => watched.close())
    await watched.watchFor(32)
    const { main, held } = toSummary(watched.verdicts.at(-1)!)
    expect(main, held.join()).toBe('anonGrowth')
    expect(held.filter((one) => one.endsWith('certain'))).toEqual([])
  }, 120_000)
})
