import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGoPprof } from '../../test/support/go-pprof'
import { startTestService, type TestService } from '../../test/support/go-service'
import { AppError } from '#core/errors'
import type { HeapReport } from '#core/report/report-profiles'
import { defaultRedaction } from '#core/snapshot/redaction'
import { parseIncidentFile } from '#main/incident/read-incident-file'
import { checkOut, parsePids, parseRedaction, runCapture, type CaptureOptions } from './capture-command'
import type { Output } from './output'
import { runReport } from './report-command'
import { withTarget } from './with-target'

const dir = mkdtempSync(join(tmpdir(), 'ballonet-capture-'))
const tool = openGoPprof()
let service: TestService
const children: ChildProcess[] = []

beforeAll(async () => {
  service = await startTestService(['-alloc-mib', '64', '-keep-mib', '8'], {
    environment: { GODEBUG: 'madvdontneed=0' },
  })
}, 120_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  tool.dispose()
  await service.end()
  rmSync(dir, { recursive: true, force: true })
})

function startSleep(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'])
  children.push(child)
  return child as ChildProcess & { pid: number }
}

interface Told {
  lines: string[]
  objects: Record<string, unknown>[]
  errors: string[]
}

function createOutput(): { told: Told; output: Output } {
  const told: Told = { lines: [], objects: [], errors: [] }
  return {
    told,
    output: {
      line: (text) => void told.lines.push(text),
      json: (value) => void told.objects.push(JSON.parse(JSON.stringify(value)) as Record<string, unknown>),
      error: (text) => void told.errors.push(text),
      isTerminal: false,
      drained: () => Promise.resolve(),
      isErrorTerminal: false,
    },
  }
}

async function capture(
  pids: number[],
  options: Partial<CaptureOptions> & { spec?: string; stopWhen?: (stop: () => void) => void } = {},
): Promise<{ out: string; told: Told }> {
  const { told, output } = createOutput()
  const out = options.out ?? join(dir, `${pids.join('-')}-${Math.random()}.ballonet`)
  const controller = new AbortController()
  options.stopWhen?.(() => controller.abort())
  const targetOptions = {
    ...{
      spec: options.spec ?? 'local',
      intervalMs: 1000,
      isElevated: false,
      output,
      stop: controller.signal,
    },
  }
  await withTarget(targetOptions, (target, sampler) =>
    runCapture(
      target,
      sampler,
      {
        pprofUrl: null,
        durationMs: 600_000,
        isForced: false,
        redaction: defaultRedaction,
        ...options,
        pids,
        out,
      },
      output,
      controller.signal,
    ),
  )
  return { out, told }
}

const open = async (path: string) => parseIncidentFile(readFileSync(path))

describe('capture', () => {
  it('holds processes, numbers, raw texts and profiles that the field’s tools open', async () => {
    const other = startSleep()
    const { out, told } = await capture([service.key.pid, other.pid], { durationMs: 4500 })
    const incident = await open(out)
    expect(incident.processes.map(({ key }) => key.pid).sort()).toEqual([service.key.pid, other.pid].sort())
    const found = incident.processes.find(({ key }) => key.pid === service.key.pid)!
    expect(found.streams.process.atMs.length).toBeGreaterThan(2)
    const paths = incident.readings.map(({ path }) => path)
    expect(paths.filter((path) => path === '/proc/meminfo')).toHaveLength(2)
    expect(paths).toContain(`/proc/${service.key.pid}/status`)
    expect(incident.profiles.length).toBeGreaterThan(0)
    expect(told.errors.join('\n')).toContain('samples')
    expect(JSON.stringify(found.facts)).not.toContain('-alloc-mib')

    const script = [
      'import csv, io, json, sys, zipfile',
      'z = zipfile.ZipFile(sys.argv[1])',
      'assert z.testzip() is None',
      '[json.loads(z.read(n)) for n in z.namelist() if n.endswith(".json")]',
      'rows = list(csv.DictReader(io.TextIOWrapper(z.open("samples.csv"), "utf-8")))',
      'open(sys.argv[2], "wb").write(z.read([n for n in z.namelist() if n.endswith(".pb.gz")][0]))',
      'print(len(rows), len(rows[0]))',
    ].join('\n')
    const profile = join(dir, 'heap.pb.gz')
    const [rows = 0, columns = 0] = execFileSync('python3', ['-c', script, out, profile])
      .toString()
      .split(' ')
      .map(Number)
    expect(rows).toBeGreaterThan(4)
    expect(columns).toBeGreaterThan(10)
    expect(tool.top(readFileSync(profile))).toContain('flat%')
  }, 60_000)

  it('is ended by a stop, by the end of the process, and writes what was seen by then', async () => {
    const child = startSleep()
    const { out } = await capture([child.pid], { stopWhen: (stop) => setTimeout(stop, 1800) })
    expect((await open(out)).processes[0]?.streams.process.atMs.length).toBeGreaterThan(0)
    const ended = await capture([child.pid], {
      stopWhen: () => setTimeout(() => child.kill('SIGKILL'), 1800),
    })
    expect(ended.told.errors).toContain('the process has ended')
    expect((await open(ended.out)).events.map(({ kind }) => kind)).toContain('process-gone')
  }, 60_000)

  it('says that the endpoint that was named gives nothing, and writes the numbers', async () => {
    const pprofUrl = 'http://127.0.0.1:1'
    const { out, told } = await capture([startSleep().pid], { durationMs: 2500, pprofUrl })
    expect(told.errors.filter((line) => line.startsWith('heap in use is not known'))).toHaveLength(1)
    expect((await open(out)).processes[0]?.streams.process.atMs.length).toBeGreaterThan(0)
  }, 30_000)

  /** The service, some of whose answers come late, or are none. */
  async function behindProxy(
    answer: (url: string) => { afterMs: number } | { status: number },
    job: (url: string) => Promise<void>,
  ): Promise<void> {
    const proxy = createServer((request, response) => {
      const how = answer(request.url ?? '')
      if ('status' in how) return void response.writeHead(how.status).end()
      setTimeout(
        () => get(`${service.url}${request.url}`, (incoming) => void incoming.pipe(response)),
        how.afterMs,
      )
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    try {
      await job(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    } finally {
      proxy.closeAllConnections()
      await new Promise((resolve) => proxy.close(resolve))
    }
  }
  const isProfile = (url: string): boolean => url.startsWith('/debug/pprof/heap') && !url.includes('debug=1')

  it('has the first profile of a slow service as well', async () => {
    let count = 0
    const answer = (url: string) => ({ afterMs: isProfile(url) && count++ === 0 ? 4000 : 0 })
    await behindProxy(answer, async (pprofUrl) => {
      const { out } = await capture([service.key.pid], { durationMs: 2500, pprofUrl })
      expect((await open(out)).profiles).toHaveLength(2)
    })
  }, 60_000)

  it('says that the service that was named gives no profile', async () => {
    const answer = (url: string) => (isProfile(url) ? { status: 404 } : { afterMs: 0 })
    await behindProxy(answer, async (pprofUrl) => {
      // Of no Go process: nothing else is looked for that might give one.
      const { out, told } = await capture([startSleep().pid], { durationMs: 2500, pprofUrl })
      expect((await open(out)).profiles).toHaveLength(0)
      expect(told.errors.join('\n')).toContain('a heap profile was not taken')
    })
  }, 60_000)

  it('takes another name where a file of its own was made meanwhile', async () => {
    const out = join(dir, 'meanwhile.ballonet')
    const { told } = await capture([startSleep().pid], {
      out,
      stopWhen: (stop) =>
        setTimeout(() => {
          writeFileSync(out, 'mine')
          stop()
        }, 1200),
    })
    expect(readFileSync(out, 'utf8')).toBe('mine')
    expect(told.errors.at(-1)).toContain('meanwhile-2.ballonet')
    expect((await open(join(dir, 'meanwhile-2.ballonet'))).processes).toHaveLength(1)
  }, 30_000)

  it('refuses a process that is not there, a name that is taken and a folder that is none', async () => {
    const taken = join(dir, 'taken.ballonet')
    writeFileSync(taken, 'mine')
    await expect(capture([0x7ffffffe])).rejects.toMatchObject({ code: 'gone' })
    await expect(checkOut(taken, false)).rejects.toThrow('--force')
    await checkOut(taken, true)
    await expect(checkOut(join(dir, 'no/where'), false)).rejects.toMatchObject({ code: 'permission-denied' })
    expect(readFileSync(taken, 'utf8')).toBe('mine')
    for (const out of ['', dir, '/dev/null'])
      await expect(checkOut(out, true)).rejects.toMatchObject({ code: 'invalid', hint: 'error.not-a-file' })
    const link = join(dir, 'link.ballonet')
    symlinkSync(join(dir, 'nothing'), link)
    await expect(checkOut(link, false)).rejects.toThrow('--force')
  })

  it('leaves the command of its target here, in every part', async () => {
    const { out } = await capture([startSleep().pid], { spec: 'exec:env PW=execs3cr3t sh', durationMs: 1200 })
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); [sys.stdout.buffer.write(z.read(n)) for n in z.namelist()]'
    const text = execFileSync('python3', ['-c', script, out]).toString()
    expect(text).toContain('exec:‹redacted›')
    expect(text).not.toContain('execs3cr3t')
  }, 30_000)

  it('a full disk is a clear error, and leaves nothing behind', async () => {
    const small = join(dir, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small])
    try {
      const failed = capture([startSleep().pid], { durationMs: 1200, out: join(small, 'a.ballonet') })
      await expect(failed).rejects.toBeInstanceOf(AppError)
      expect(readdirSync(small)).toEqual([])
    } finally {
      execFileSync('umount', [small])
    }
  }, 30_000)

  it('takes pids and what is to be redacted, or says what it does not understand', () => {
    expect(parsePids('8, 9,8')).toEqual([8, 9])
    expect(() => parsePids('8,x')).toThrow('--pid')
    expect(() => parsePids(Array.from({ length: 40 }, (_, index) => index + 1).join())).toThrow('at most 32')
    expect(parseRedaction('hosts,paths')).toMatchObject({ hostNames: true, paths: true, arguments: false })
    expect(Object.values(parseRedaction('none'))).not.toContain(true)
    expect(() => parseRedaction('__proto__')).toThrow('--redact')
  })
})

const readMemTotalBytes = (): number =>
  Number(/^MemTotal: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024

/** The functions of the ten first lines of `go tool pprof -top`. */
function topNames(profile: Uint8Array): string[] {
  const lines = tool.top(profile, { sampleIndex: 'inuse_space', nodeCount: 10 }).trimEnd().split('\n')
  const head = lines.findIndex((line) => line.includes('flat%'))
  return lines.slice(head + 1).map((line) =>
    line
      .trim()
      .split(/ +/)
      .slice(5)
      .join(' ')
      .replace(/ \(.*inline\)$/, ''),
  )
}

describe('report', () => {
  it('is text, lines of JSON or a page; a file that is none is refused', async () => {
    const { out } = await capture([service.key.pid], { durationMs: 2500 })
    const say = async (options: { html?: string; isJson?: boolean; file?: string }) => {
      const { told, output } = createOutput()
      await runReport({ file: out, html: null, isJson: false, locale: 'en', ...options }, output)
      return told
    }
    expect((await say({})).lines.join('\n')).toContain(`pid ${service.key.pid}`)
    const { objects } = await say({ isJson: true })
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['incident', 'process', 'sample']))
    const incident = await open(out)
    const totalBytes = readMemTotalBytes()
    for (const sample of objects.filter(({ kind }) => kind === 'sample')) {
      expect(sample['memTotalBytes']).toBe(totalBytes)
      expect([...incident.hostStream.columns['memAvailableBytes']!]).toContain(sample['memAvailableBytes'])
    }
    const { heap } = objects.find(({ kind }) => kind === 'process') as { heap: HeapReport }
    expect(heap.table?.rows.map(({ name }) => name)).toEqual(topNames(incident.profiles.at(-1)!.bytes))
    const page = join(dir, 'report.html')
    expect((await say({ html: page })).lines).toEqual([])
    expect(readFileSync(page, 'utf8')).toContain('<svg')
    expect((await say({ html: '-' })).lines.join('')).toContain('</html>')

    const kept = readFileSync(out)
    const link = join(dir, 'by-another-name')
    symlinkSync(out, link)
    for (const html of [out, link, join(dir, '.', basename(out))])
      await expect(say({ html })).rejects.toMatchObject({ code: 'invalid' })
    expect(readFileSync(out)).toEqual(kept)

    const cut = join(dir, 'cut.ballonet')
    writeFileSync(cut, readFileSync(out).subarray(0, 2000))
    await expect(say({ file: cut })).rejects.toBeInstanceOf(AppError)
    await expect(say({ file: join(dir, 'none.ballonet') })).rejects.toBeInstanceOf(AppError)
  }, 60_000)
})
