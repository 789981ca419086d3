import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  listSession,
  openRig,
  type CollectorRig,
  type RigOptions,
} from '../../../../test/support/collector-rig'
import { findCommand } from '../../../../test/support/local-shell'
import { openLocalTarget } from '../local-target'
import type { ReadRequest, ReadResult, StatFrame } from '../target'
import type { Collector } from './collector'

// Real processes on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, maxConcurrency: 8 })

const waitLimit = { timeout: 30_000, interval: 50 }
const shells = ['dash', 'bash', 'busybox sh', 'ksh93', 'mksh', 'zsh --emulate sh', 'yash']
const awks = ['mawk', 'gawk', 'busybox awk', 'original-awk']
const askMs = 20_000

let folder: string
const opened: CollectorRig[] = []
const children: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballonet-collector-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const { collector, shell } of opened.splice(0)) {
    collector.dispose()
    await collector.ended
    await vi.waitFor(() => expect(listSession(shell.pid)).toEqual([]), waitLimit)
  }
})

async function open(options: RigOptions = {}): Promise<Collector> {
  const rig = await openRig(folder, options)
  opened.push(rig)
  return rig.collector
}

function toText(result: ReadResult | undefined): string {
  if (result?.ok !== true) throw new Error(`read failed: ${JSON.stringify(result)}`)
  return Buffer.from(result.value.bytes).toString('latin1')
}

function toCode(result: ReadResult): string {
  return result.ok ? 'ok' : result.error.code
}

function toStatText(stat: StatFrame | null, pid: number): string | null {
  const row = stat === null ? -1 : stat.pids.subarray(0, stat.count).indexOf(pid)
  if (stat === null || row < 0) return null
  const offset = stat.offsets[row] ?? 0
  return Buffer.from(stat.bytes.subarray(offset, offset + (stat.lengths[row] ?? 0))).toString('latin1')
}

const file = (path: string): ReadRequest => ({ kind: 'file', path })

/** A process whose name is any bytes, as printf(1) spells them. */
async function startNamed(name: string): Promise<number> {
  const dir = mkdtempSync(join(folder, 'names-'))
  const child = spawn(
    'sh',
    [
      '-c',
      'p=$(printf "$1"; echo x); p=$2/${p%?x}; p=${p%x}; ln -s "$(command -v sleep)" "$p" && exec "$p" 100',
      'sh',
      name,
      dir,
    ],
    { stdio: 'ignore' },
  )
  children.push(child)
  const pid = child.pid ?? -1
  await vi.waitFor(
    () =>
      expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')).toMatch(/^\/[^]* 100 $/),
    waitLimit,
  )
  return pid
}

for (const [shellIndex, shell] of shells.entries()) {
  for (const [awkIndex, awk] of awks.entries()) {
    // Equal answers are for all; what hangs on the one or on the other alone is seen with each of both once.
    const isPair = shellIndex % awks.length === awkIndex
    const isThere = findCommand(shell) !== null && findCommand(awk) !== null
    describe.skipIf(!isThere)(`the collector in ${shell} with ${awk}`, () => {
      const openHere = (): Promise<Collector> => open({ shell, programs: { awk } })

      if (isPair)
        it('knows its host', async () => {
          const { facts } = await openHere()
          const host = openLocalTarget().host
          expect(facts.host).toEqual({ ...host, arch: facts.host.arch })
          expect(facts.awk).toBe({ mawk: 'mawk', gawk: 'gawk', 'busybox awk': 'busybox' }[awk] ?? 'other')
        })

      it('reads what the local target reads, and fails where it fails', async () => {
        const collector = await openHere()
        const local = openLocalTarget()
        const pid = process.pid
        const at = mkdtempSync(join(folder, 'files-'))
        writeFileSync(join(at, 'a b'), 'text without an end')
        writeFileSync(join(at, 'zeros'), Buffer.from([0, 1, 2, 0xff, 0x0a, 0, 0x0a, 0x0a]))
        symlinkSync('missing', join(at, 'dangling'))
        symlinkSync('a\nb\n', join(at, 'new line'))
        mkdirSync(join(at, '.hidden'))
        const requests: ReadRequest[] = [
          ...['cmdline', 'environ', 'limits', 'cgroup', 'oom_score', 'comm', 'auxv', 'no-such'].map((name) =>
            file(`/proc/${pid}/${name}`),
          ),
          ...[
            '/proc/version',
            '/proc/filesystems',
            '/etc/passwd',
            '/etc',
            '/proc',
            '/no/such',
            '/etc/passwd/x',
          ].map(file),
          ...[
            '/proc/2/smaps_rollup',
            '/proc/2/environ',
            '/proc/2/cmdline',
            '/proc/2/smaps',
            '/proc/4194303/stat',
          ].map(file),
          file(join(at, 'a b')),
          file(join(at, 'zeros')),
          file(join(at, 'dangling')),
          { kind: 'file', path: '/proc/cpuinfo', maxBytes: 10 },
          { kind: 'file', path: '/proc/cpuinfo', maxBytes: 10, mayCut: true },
          { kind: 'file', path: join(at, 'zeros'), maxBytes: 7 },
          { kind: 'file', path: join(at, 'zeros'), maxBytes: 8 },
          { kind: 'file', path: join(at, 'zeros'), offsetBytes: 3, maxBytes: 2, mayCut: true },
          { kind: 'file', path: join(at, 'zeros'), offsetBytes: 300 },
          { kind: 'file', path: `/proc/${pid}/exe`, offsetBytes: 4097, maxBytes: 70_001, mayCut: true },
          { kind: 'link', path: `/proc/${pid}/exe` },
          { kind: 'link', path: '/proc/2/exe' },
          { kind: 'link', path: join(at, 'dangling') },
          { kind: 'link', path: join(at, 'new line') },
          { kind: 'link', path: join(at, 'a b') },
          { kind: 'link', path: join(at, 'nothing') },
          { kind: 'dir', path: at },
          { kind: 'dir', path: join(at, '.hidden') },
          { kind: 'dir', path: join(at, 'a b') },
          { kind: 'dir', path: '/no/such' },
          { kind: 'links', path: '/proc/4194303/fd' },
          { kind: 'identity', path: '/no/such' },
        ]
        const expected = await local.read(requests)
        const { reads } = await collector.ask({ stat: false, reads: requests }, askMs)
        const show = (results: ReadResult[]): unknown[] =>
          results.map((result, index) => [
            requests[index]?.path,
            result.ok
              ? [
                  Buffer.from(result.value.bytes)
                    .toString('latin1')
                    .replace(/ctxt_switches:\s\d+|Threads:\s\d+|Vm\w+:.*|Rss\w+:.*|^\d+\n$/g, ''),
                  [...result.value.names].sort(),
                ]
              : result.error.code,
          ])
        expect(show(reads)).toEqual(show(expected))
        const [links, one, same, other] = (
          await collector.ask(
            {
              stat: false,
              reads: [
                { kind: 'links', path: `/proc/${pid}/fd` },
                { kind: 'identity', path: `/proc/${pid}/exe` },
                { kind: 'identity', path: process.execPath },
                { kind: 'identity', path: '/etc/passwd' },
              ],
            },
            askMs,
          )
        ).reads
        expect(links?.ok === true && links.value.links.find(([fd]) => fd === '0')).toBeTruthy()
        expect(toText(one)).toBe(toText(same))
        expect(toText(one)).not.toBe(toText(other))
      })

      if (isPair)
        it('shows every process as it is, whatever its name, and files as they change', async () => {
          const pids = [
            await startNamed('a\\n) R 1 2 3'),
            await startNamed('+ 1 3\\n- 1\\nS 0'),
            await startNamed('\\377\\001) Z \\n'),
          ]
          const collector = await openHere()
          const reads = [
            '/proc/uptime',
            '/proc/meminfo',
            '/proc/vmstat',
            '/proc/no-such',
            `/proc/${pids[0]}/status`,
          ].map(file)
          for (let turn = 0; turn < 4; turn++) {
            const answer = await collector.ask({ stat: true, reads }, askMs)
            for (const pid of pids)
              expect(toStatText(answer.stat, pid)).toBe(readFileSync(`/proc/${pid}/stat`, 'latin1'))
            const listed = [...(answer.stat?.pids.subarray(0, answer.stat.count) ?? [])]
            expect(listed).toEqual([...new Set(listed)].sort((a, b) => a - b))
            expect(answer.reads.map(toCode)).toEqual(['ok', 'ok', 'ok', 'gone', 'ok'])
            expect(
              Math.abs(
                parseFloat(toText(answer.reads[0])) - parseFloat(readFileSync('/proc/uptime', 'utf8')),
              ),
            ).toBeLessThan(5)
            expect(toText(answer.reads[2])).toMatch(/^nr_free_pages \d+\n(\w+ \d+\n)+$/)
            expect(toText(answer.reads[4])).toMatch(/nonvoluntary_ctxt_switches:\t\d+\n/)
          }
          const [first = -1] = pids
          children[0]?.kill('SIGKILL')
          await vi.waitFor(async () => {
            const answer = await collector.ask({ stat: true, reads }, askMs)
            expect(toStatText(answer.stat, first)).toBeNull()
            expect(answer.reads.map(toCode)).toEqual(['ok', 'ok', 'ok', 'gone', 'gone'])
          }, waitLimit)
        })
    })
  }
}

describe('the collector', () => {
  it.skipIf(process.getuid?.() !== 0).each(awks)(
    'tells an ordinary user what is denied, with %s',
    async (awk) => {
      // The folder of the tests is for nobody else.
      const dir = mkdtempSync(join(tmpdir(), 'ballonet-nobody-'))
      chmodSync(dir, 0o755)
      const prefix = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
      const rig = await openRig(dir, { programs: { awk }, prefix }).finally(() =>
        setTimeout(() => rmSync(dir, { recursive: true }), 0),
      )
      opened.push(rig)
      const { collector } = rig
      const at = `/proc/${process.pid}`
      const requests: ReadRequest[] = [
        ...['smaps_rollup', 'environ', 'exe', 'stat', 'status'].map((name) => file(`${at}/${name}`)),
        file('/etc/shadow'),
        file('/root/x'),
        { kind: 'link', path: `${at}/exe` },
        { kind: 'links', path: `${at}/fd` },
        { kind: 'identity', path: `${at}/exe` },
      ]
      const denied = 'permission-denied'
      const expected = [denied, denied, denied, 'ok', 'ok', denied, denied, denied, denied, denied]
      for (let turn = 0; turn < 3; turn++) {
        const { reads } = await collector.ask({ stat: true, reads: requests }, askMs)
        expect(reads.map(toCode)).toEqual(expected)
      }
      expect(collector.facts).toMatchObject({ host: { uid: 65534 }, user: 'nobody' })
    },
  )

  it('goes on when awk ends at a file that answers with an error', async () => {
    const deadly = join(folder, 'deadly')
    const program =
      '${p/"function whole(file,  n, x) {"/"function whole(file,  n, x) { if (file ~ /speed/) exit 2"}'
    writeFileSync(deadly, `#!/bin/bash\np=\${!#}\nset -- "\${@:1:$#-1}" "${program}"\nexec gawk "$@"\n`, {
      mode: 0o755,
    })
    const collector = await open({ programs: { awk: deadly } })
    const reads = ['/proc/uptime', '/sys/class/net/lo/speed', '/proc/meminfo'].map(file)
    for (let turn = 0; turn < 4; turn++) {
      const answers = await Promise.all([1, 2, 3].map(() => collector.ask({ stat: true, reads }, askMs)))
      // The frame of a poll is that of the last one.
      expect(toStatText(answers[2]?.stat ?? null, process.pid)).toContain(`${process.pid} (`)
      for (const { reads: results } of answers) {
        expect(results.map(toCode)).toEqual(['ok', turn === 0 ? expect.any(String) : 'unsupported', 'ok'])
      }
    }
  })

  it.each(awks)('keeps its count while processes come and go, with %s', async (awk) => {
    const storm = spawn('sh', ['-c', 'while :; do (:) & (:) & wait; done'], { stdio: 'ignore' })
    children.push(storm)
    const collector = await open({ programs: { awk } })
    for (let turn = 0; turn < 25; turn++) {
      const { stat } = await collector.ask({ stat: true, reads: [file('/proc/uptime')] }, askMs)
      expect(toStatText(stat, process.pid)).toMatch(/^\d+ \([^]*\) [A-Z] [\d -]+\n$/)
    }
  })

  it('does not mind what it inherits', async () => {
    const env = {
      SHELLOPTS: 'xtrace:noglob:verbose:braceexpand',
      BASHOPTS: 'nullglob:failglob:dotglob',
      'BASH_FUNC_printf%%': '() { echo no; }',
      'BASH_FUNC_read%%': '() { echo no; }',
      'BASH_FUNC_[%%': '() { echo no; }',
      nonce: 'exported',
      IFS: '0123456789',
      POSIXLY_CORRECT: '1',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/proc/no-such',
      CDPATH: '/tmp',
    }
    const collector = await open({ shell: 'bash', env })
    const { stat, reads } = await collector.ask({ stat: true, reads: [file('/etc/passwd')] }, askMs)
    expect(toStatText(stat, process.pid)).not.toBeNull()
    expect(toText(reads[0])).toBe(readFileSync('/etc/passwd', 'latin1'))
    for (const pid of listSession(opened[0]?.shell.pid ?? -1)) {
      const shown = ['environ', 'cmdline']
        .map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1'))
        .join('\0')
      // Marks and nonces are random, long and hexadecimal.
      expect(shown.replace('nonce=exported', '')).not.toMatch(/nonce=[^$]|[0-9a-f]{24}/)
    }
  })

  it('drops what was printed before it', async () => {
    const noise = ['sh', '-c', 'echo Welcome; head -c 100000 /dev/urandom; echo; exec "$@"', 'sh']
    const collector = await open({ prefix: noise })
    expect((await collector.ask({ stat: true, reads: [] }, askMs)).stat?.count).toBeGreaterThan(1)
  })

  it('says that there is no awk', async () => {
    const at = join(folder, 'false')
    writeFileSync(at, '#!/bin/sh\nexit 127\n', { mode: 0o755 })
    const programs = Object.fromEntries(
      ['awk', 'mawk', 'gawk', 'original-awk', 'nawk', 'busybox'].map((name) => [name, 'false']),
    )
    await expect(openRig(folder, { programs })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('awk') as string,
    })
  })

  it('leaves nothing behind when its input ends, and at once', async () => {
    const { collector, shell } = await openRig(folder)
    await collector.ask({ stat: true, reads: [] }, askMs)
    expect(listSession(shell.pid).length).toBeGreaterThan(2)
    const before = performance.now()
    shell.stdin.end()
    await collector.ended
    await vi.waitFor(() => expect(listSession(shell.pid)).toEqual([]), { timeout: 5000, interval: 5 })
    expect(performance.now() - before).toBeLessThan(2000)
    await expect(collector.ask({ stat: true, reads: [] }, askMs)).rejects.toMatchObject({
      code: 'unreachable',
    })
  })

  it.concurrent.each(shells.filter((shell) => findCommand(shell) !== null))(
    'ends when nobody asks, in %s, and not before',
    async (shell) => {
      const { collector, shell: process } = await openRig(folder, { shell, tickSeconds: 1 })
      let isOver = false
      void collector.ended.then(() => (isOver = true))
      const until = performance.now() + 5000
      while (performance.now() < until) {
        await collector.ask({ stat: false, reads: [file('/proc/uptime')] }, askMs)
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      expect(isOver).toBe(false)
      await collector.ended
      await vi.waitFor(() => expect(listSession(process.pid)).toEqual([]), waitLimit)
    },
  )

  it('is of no use after an answer that did not come in time, and ends with its input', async () => {
    const rig = await openRig(folder)
    const { collector, shell } = rig
    const slow: ReadRequest = {
      kind: 'file',
      path: process.execPath,
      offsetBytes: 1,
      maxBytes: 8_000_000,
      mayCut: true,
    }
    await expect(collector.ask({ stat: false, reads: [slow] }, 5)).rejects.toMatchObject({ code: 'timeout' })
    await expect(collector.ask({ stat: false, reads: [] }, askMs)).rejects.toMatchObject({
      code: 'unreachable',
    })
    shell.stdin.end()
    await collector.ended
    await vi.waitFor(() => expect(listSession(shell.pid)).toEqual([]), waitLimit)
  })

  it('refuses paths that are none', async () => {
    const collector = await open()
    for (const path of ['etc/passwd', '', '/a\nf 1 1 /etc/shadow', '/a\0b', `/${'x'.repeat(5000)}`]) {
      await expect(collector.ask({ stat: false, reads: [file(path)] }, askMs)).rejects.toMatchObject({
        code: 'invalid',
      })
    }
    expect((await collector.ask({ stat: true, reads: [] }, askMs)).stat?.count).toBeGreaterThan(1)
  })
})
