import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBlockingReads } from './blocking-reads'
import { createFdBudget } from './fd-budget'
import { openLocalTarget } from './local-target'
import { openTarget } from './open-target'
import { createStatPoller } from './stat-poller'
import { describeTargetContract } from '../../../test/support/target-contract'

describeTargetContract('this machine', () => openTarget('local'))

/** Descriptors of this process that lead into a folder. */
function listFds(under: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(under) ? [path] : []
    } catch {
      return []
    }
  })
}

describe('openTarget', () => {
  it.each([
    '',
    'loca',
    'ssh:',
    'exec:',
    'http://x',
    'local ',
    'exec:sh\n',
    'exec:a\u001b[2J',
    `exec:${'x'.repeat(5000)}`,
  ])('refuses %j', async (spec) => {
    await expect(openTarget(spec)).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('openLocalTarget', () => {
  it('knows this host as uname and getconf do', () => {
    const { host } = openLocalTarget()
    expect(host.kernelRelease).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
    expect(host.clockTicksPerSecond).toBe(100)
    expect([4096, 16_384, 65_536]).toContain(host.pageSizeBytes)
    expect(host.cpuCount).toBeGreaterThan(0)
  })

  it('leaves no descriptor behind', async () => {
    const target = openLocalTarget()
    const reads = [{ kind: 'file', path: '/proc/vmstat' }] as const
    for (let turn = 0; turn < 3; turn++) await target.poll({ stat: true, reads })
    expect(listFds('/proc/').some((path) => path.endsWith('/stat'))).toBe(true)
    expect(listFds('/proc/vmstat')).toHaveLength(1)
    await target.poll({ stat: true, reads: [] })
    expect(listFds('/proc/vmstat')).toHaveLength(0)
    await target.dispose()
    expect(listFds('/proc/').filter((path) => path !== '/proc/self/fd' && !path.endsWith('/fd'))).toEqual([])
    await expect(target.poll({ stat: true, reads: [] })).rejects.toMatchObject({ code: 'cancelled' })
  })

  it.runIf(process.getuid?.() === 0)(
    'says permission-denied for another user’s process, and reads the rest',
    async () => {
      const target = openLocalTarget()
      const other = spawn('sleep', ['60'])
      try {
        process.seteuid?.(65_534)
        const results = await target.read(
          ['status', 'environ', 'smaps_rollup', 'oom_score'].map((file) => ({
            kind: 'file',
            path: `/proc/${other.pid}/${file}`,
          })),
        )
        const [exe] = await target.read([{ kind: 'link', path: `/proc/${other.pid}/exe` }])
        const codes = [...results, exe].map((result) => (result?.ok === false ? result.error.code : 'ok'))
        expect(codes).toEqual(['ok', 'permission-denied', 'permission-denied', 'ok', 'permission-denied'])
      } finally {
        process.seteuid?.(0)
        other.kill('SIGKILL')
        await target.dispose()
      }
    },
  )
})

describe('createStatPoller', () => {
  let proc: string
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), 'ballonet-proc-'))
  })
  afterEach(() => rmSync(proc, { recursive: true }))

  function write(pid: number, text: string): void {
    mkdirSync(join(proc, String(pid)), { recursive: true })
    writeFileSync(join(proc, String(pid), 'stat'), text)
  }

  function texts(poller: ReturnType<typeof createStatPoller>): Record<number, string> {
    const { count, bytes, pids, offsets, lengths } = poller.poll()
    const found: Record<number, string> = {}
    for (let row = 0; row < count; row++) {
      const offset = offsets[row] ?? 0
      found[pids[row] ?? -1] = Buffer.from(bytes.subarray(offset, offset + (lengths[row] ?? 0))).toString()
    }
    return found
  }

  it.each([
    ['with a descriptor each', 10_000],
    ['with a few descriptors only', 258],
    ['with none', 0],
  ])('follows processes that come, change and go, %s', (_, fdLimit) => {
    const budget = createFdBudget(fdLimit)
    const poller = createStatPoller(proc, budget)
    for (const pid of [1, 7, 30, 200, 1000]) write(pid, `first ${pid}`)
    mkdirSync(join(proc, 'self'))
    mkdirSync(join(proc, '44x'))
    mkdirSync(join(proc, '9'))
    const expected = { 1: 'first 1', 7: 'first 7', 30: 'first 30', 200: 'first 200', 1000: 'first 1000' }
    expect(texts(poller)).toEqual(expected)
    expect(texts(poller)).toEqual(expected)
    rmSync(join(proc, '7'), { recursive: true })
    rmSync(join(proc, '1000'), { recursive: true })
    write(30, 'second 30')
    write(31, 'first 31')
    expect(texts(poller)).toEqual({ 1: 'first 1', 30: 'second 30', 31: 'first 31', 200: 'first 200' })
    expect(listFds(proc)).toHaveLength(budget.used)
    expect(budget.used).toBe(Math.min(4, Math.max(0, fdLimit - 256)))
    poller.close()
    expect(listFds(proc)).toHaveLength(0)
    expect(budget.used).toBe(0)
  })

  it('keeps more texts than its buffer held at first', () => {
    const poller = createStatPoller(proc, createFdBudget(10_000))
    for (let pid = 1; pid <= 600; pid++) write(pid, `${pid} ${'x'.repeat(1000)}`)
    const all = texts(poller)
    expect(Object.keys(all)).toHaveLength(600)
    for (const [pid, text] of Object.entries(all)) expect(text).toBe(`${pid} ${'x'.repeat(1000)}`)
    poller.close()
  })

  it.runIf(process.getuid?.() === 0)('leaves out what may not be read', () => {
    write(1, 'one')
    write(2, 'two')
    chmodSync(proc, 0o755)
    chmodSync(join(proc, '1', 'stat'), 0)
    const poller = createStatPoller(proc, createFdBudget(10_000))
    try {
      process.seteuid?.(65_534)
      expect(texts(poller)).toEqual({ 2: 'two' })
    } finally {
      process.seteuid?.(0)
      poller.close()
    }
  })
})

describe('createBlockingReads', () => {
  it('gives up on a stuck read, and does not start a second one of the same file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ballonet-stuck-'))
    const fifo = join(folder, 'fifo')
    const file = join(folder, 'file')
    writeFileSync(file, 'fine')
    await new Promise((resolve) => spawn('mkfifo', [fifo]).once('exit', resolve))
    const opened = vi.fn((path: string) => path)
    const reads = createBlockingReads(opened)
    try {
      const stuck = await reads.read([{ kind: 'file', path: fifo }], 50)
      const again = await reads.read([{ kind: 'file', path: fifo }], 50)
      const other = await reads.read([{ kind: 'file', path: file }], 5000)
      expect([stuck, again].map(([result]) => result?.ok === false && result.error.code)).toEqual([
        'timeout',
        'timeout',
      ])
      expect(other[0]?.ok).toBe(true)
      expect(opened.mock.calls.filter(([path]) => path === fifo)).toHaveLength(1)
    } finally {
      // A writer lets the open go.
      writeFileSync(fifo, '')
      reads.close()
      await vi.waitFor(() => expect(listFds(folder)).toEqual([]))
      rmSync(folder, { recursive: true })
    }
  })
})
