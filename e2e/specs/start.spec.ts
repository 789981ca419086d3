import { isDeepStrictEqual } from 'node:util'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { makeMemoryGroup, type MemoryGroup } from '../../test/host/memory-group'
import { startTestService, type TestService } from '../../test/support/go-service'
import { readStatusBytes } from '../hosts/processes'
import { awkRollupBytes } from '../hosts/rollup'
import { readToolNumbers } from '../hosts/tool-numbers'
import { parseLines, runScript } from '../support/command-line'

const MiB = 1024 * 1024

/** Field names of one process (the command line's contract). */
const processFields = [
  'time',
  'pid',
  'comm',
  'startTimeTicks',
  'virtBytes',
  'rssBytes',
  'pssBytes',
  'ussBytes',
  'rssAnonBytes',
  'rssFileBytes',
  'rssShmemBytes',
  'lazyFreeBytes',
  'swapBytes',
  'anonHugePagesBytes',
  'heapInuseBytes',
  'heapIdleBytes',
  'heapReleasedBytes',
  'goSysBytes',
  'memAvailableBytes',
  'memTotalBytes',
  'psiSomeAvg10',
]

/** Every field is there; each but the names is a number or null. */
function expectProcessFields(record: Record<string, unknown>): void {
  for (const field of processFields) {
    expect(record, field).toHaveProperty(field)
    if (field === 'time') expect(record[field]).toBe(new Date(record[field] as string).toISOString())
    else if (field === 'comm') expect(typeof record[field]).toBe('string')
    else if (record[field] !== null) expect(record[field], field).toEqual(expect.any(Number))
  }
}

test('npm start without a display plays the incident in the terminal, in under a minute', async () => {
  const { code, stdout, stderr, elapsedMs } = await runScript('start.mjs', [], 90_000)
  const output = stdout + stderr
  expect(code, output).toBe(0)
  expect(output).toContain('no display')
  expect(output).toContain('xvfb-run -a npm start')
  expect(stdout).toMatch(/RSS .* LazyFree/)
  expect(stdout).toContain('CONFIRMED: ')
  expect(stdout).toMatch(/^ {2}RSS +\S+ [MG]iB +\S+ [MG]iB$/m)
  expect(elapsedMs).toBeLessThan(60_000)
})

test('wrong usage ends with 2, a failed job with 1, both with a message on standard error only', async () => {
  const wrong = [
    [],
    ['nothing'],
    ['ps', '--nothing'],
    ['ps', 'more'],
    ['ps', '--pid', '1'],
    ['watch'],
    ['watch', '--pid', 'x'],
    ['watch', '--pid', '1', '--interval', '1ms'],
    ['watch', '--pid', '1', '--count', '0'],
    ['balloon'],
    ['balloon', '--size', '1GiB', '--until-reclaimed', '1'],
    ['balloon', '--size', 'much'],
    ['balloon', '--until-reclaimed', '99999999999'],
  ]
  const failed = [
    ['watch', '--pid', '2147483646', '--count', '1'],
    ['watch', '--pid', '2147483646', '--count', '1', '--json'],
    ['balloon', '--until-reclaimed', '2147483646', '--json'],
    ['ps', '--target', 'ssh:nowhere', '--json'],
  ]
  for (const [args, status] of [
    ...wrong.map((x) => [x, 2] as const),
    ...failed.map((x) => [x, 1] as const),
  ]) {
    const { code, stdout, stderr } = await runScript('ballonet.mjs', args)
    expect(code, `${args.join(' ')}\n${stderr}`).toBe(status)
    expect(stdout, args.join(' ')).toBe('')
    expect(stderr, args.join(' ')).toMatch(/ballonet/i)
    expect(stderr, args.join(' ')).not.toMatch(/^\s+at /m)
  }
})

test('ps --json: one object a line with every field, the same RSS as /proc', async () => {
  const { code, stdout, stderr } = await runScript('ballonet.mjs', ['ps', '--json'])
  expect(code, stderr).toBe(0)
  const records = parseLines(stdout)
  expect(records.length).toBeGreaterThan(5)
  for (const record of records) expectProcessFields(record)
  const own = records.find(({ pid }) => pid === process.pid)!
  expect(own['comm']).toBe(readFileSync('/proc/self/comm', 'utf8').trimEnd())
  expect(Math.abs((own['rssBytes'] as number) - readStatusBytes(process.pid, 'VmRSS')!)).toBeLessThan(
    64 * MiB,
  )
  // A kernel thread has no memory of its own: that is not 0.
  const kernelThread = records.find(({ comm }) => comm === 'kthreadd')
  if (kernelThread !== undefined) expect(kernelThread).toMatchObject({ lazyFreeBytes: null, pssBytes: null })
})

test.describe('with a Go service in a memory cgroup', () => {
  let group: MemoryGroup | null
  let service: TestService

  test.beforeAll(async () => {
    test.setTimeout(120_000)
    group = makeMemoryGroup(384 * MiB)
    if (group === null) return
    service = await startTestService(['-alloc-mib', '240', '-keep-mib', '40'], {
      environment: { GODEBUG: 'madvdontneed=0' },
      cgroupDir: group.dir,
    })
  })
  test.beforeEach(() =>
    test.skip(group === null, '!!! NOT TESTED: no memory cgroup can be made (needs root)'),
  )
  test.afterAll(async () => {
    await group?.remove()
  })

  test('watch --json has the heap in use that curl shows', async () => {
    const records = await watchTwice(service.key.pid)
    for (const record of records) expectProcessFields(record)
    // Each answer is made in the heap that it counts: some spans more or less.
    const differenceBytes = (records[1]!['heapInuseBytes'] as number) - (await readHeapInuse(service.key.pid))
    expect(Math.abs(differenceBytes)).toBeLessThan(256 * 1024)
    expect(records[1]!['heapInuseBytes']).toBeGreaterThan(40 * MiB)
  })

  test('watch --json says what /proc and awk say, to the byte', async () => {
    const { pid, startTimeTicks } = service.key
    // Stopped, its memory stays as it is from one reader to the next; it can answer no request then.
    process.kill(pid, 'SIGSTOP')
    try {
      let [before, records, after] = [readTools(pid), await watchTwice(pid), readTools(pid)]
      // Pages that were given up just before the stop wait in the kernel's per-CPU batches: LazyFree still grows by some. And
      // another run of the same program shares its file's pages for a while, which is in PSS and USS.
      const isStill = (): boolean =>
        isDeepStrictEqual(before, after) &&
        records.every((record) => Object.entries(after).every(([name, value]) => record[name] === value))
      for (let attempt = 0; !isStill() && attempt < 8; attempt++)
        [before, records, after] = [after, await watchTwice(pid), readTools(pid)]
      for (const record of records) {
        expect(record).toMatchObject({ pid, startTimeTicks, ...after, heapInuseBytes: null })
        expect(record['lazyFreeBytes']).toBeGreaterThan(150 * MiB)
      }
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })

  test('balloon --until-reclaimed --json: a line a step, and last a confirmed proof', async () => {
    const { pid } = service.key
    const rssBefore = readStatusBytes(pid, 'VmRSS')!
    const { code, stdout, stderr } = await runScript('ballonet.mjs', [
      'balloon',
      '--until-reclaimed',
      String(pid),
      '--hold',
      '500ms',
      '--yes',
      '--json',
    ])
    expect(code, stderr).toBe(0)
    const records = parseLines(stdout)
    const [steps, proof] = [records.slice(0, -1), records.at(-1)!]
    expect(steps.length).toBeGreaterThan(1)
    for (const step of steps) {
      for (const field of ['time', 'phase', 'balloonBytes', 'memAvailableBytes', 'lazyFreeBytes', 'rssBytes'])
        expect(step).toHaveProperty(field)
    }
    expect(proof).toMatchObject({
      verdict: 'confirmed',
      pid,
      domain: { kind: 'cgroup' },
      before: {
        rssBytes: expect.any(Number),
        lazyFreeBytes: expect.any(Number),
        virtBytes: expect.any(Number),
      },
      after: {
        rssBytes: expect.any(Number),
        lazyFreeBytes: expect.any(Number),
        virtBytes: expect.any(Number),
      },
    })
    expect(rssBefore - readStatusBytes(pid, 'VmRSS')!).toBeGreaterThan(120 * MiB)
    // Given back: what is left in the cgroup is the service.
    expect(group!.useBytes()).toBeLessThan(rssBefore)
    expect(group!.pids()).toEqual([pid])
  })
})

/** With what it shares with others, too: on a machine where nothing else comes and goes. */
function readTools(pid: number): Record<string, number | null> {
  return {
    ...readToolNumbers(pid),
    pssBytes: awkRollupBytes(pid, 'Pss'),
    ussBytes: awkRollupBytes(pid, 'Private_Clean') + awkRollupBytes(pid, 'Private_Dirty'),
  }
}

async function watchTwice(pid: number): Promise<Record<string, unknown>[]> {
  const args = ['watch', '--pid', String(pid), '--json', '--count', '2']
  const { code, stdout, stderr } = await runScript('ballonet.mjs', args)
  expect(code, stderr).toBe(0)
  const records = parseLines(stdout)
  expect(records).toHaveLength(2)
  return records
}

/** As `curl …/debug/pprof/heap?debug=1` shows it. */
async function readHeapInuse(pid: number): Promise<number> {
  const text = await (await fetch(new URL('/debug/pprof/heap?debug=1', listeningUrl(pid)))).text()
  return Number(/^# HeapInuse = (\d+)$/m.exec(text)?.[1])
}

/** The address that the service listens on, from its only socket in /proc/PID/net/tcp. */
function listeningUrl(pid: number): string {
  const inodes = new Set(ownSocketInodes(pid))
  const line = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .find((row) => row[3] === '0A' && inodes.has(row[9]!))
  return `http://127.0.0.1:${parseInt(line![1]!.split(':')[1]!, 16)}`
}

function ownSocketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1])
    .filter((inode) => inode !== undefined)
}
