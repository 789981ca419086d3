import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReadRequest, ReadResult, ScriptRun, StatFrame, Target } from '#main/targets/target'

const waitLimit = { timeout: 10_000, interval: 20 }

function toText(result: ReadResult | undefined): string {
  if (result?.ok !== true) throw new Error(`read failed: ${JSON.stringify(result)}`)
  return Buffer.from(result.value.bytes).toString('utf8')
}

function toStatText(frame: StatFrame | null, pid: number): string | null {
  const row = frame === null ? -1 : frame.pids.subarray(0, frame.count).indexOf(pid)
  if (frame === null || row < 0) return null
  const offset = frame.offsets[row] ?? 0
  return Buffer.from(frame.bytes.subarray(offset, offset + (frame.lengths[row] ?? 0))).toString('utf8')
}

/** Everything that a script printed until it ended. */
function collect(run: ScriptRun): {
  lines: string[]
  end: Promise<{ code: number | null; signal: string | null; stderr: string }>
} {
  const lines: string[] = []
  run.onLine((line) => lines.push(line))
  return { lines, end: new Promise((resolve) => run.onExit(resolve)) }
}

/**
 * What every kind of live target promises, on the machine that the tests run on: the local one, SSH to it, or a command
 * that gives a shell on it. Made for vitest's test files only.
 */
export function describeTargetContract(name: string, open: () => Promise<Target>): void {
  describe(`${name} as a target`, () => {
    let target: Target
    let folder: string

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'ballonet-contract-'))
      writeFileSync(join(folder, 'text'), '0123456789')
      writeFileSync(join(folder, 'empty'), '')
      symlinkSync('text', join(folder, 'link'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))
    beforeEach(async () => {
      target = await open()
    })
    afterEach(() => target.dispose())

    describeReads(
      () => target,
      (file) => join(folder, file),
    )
    describePolls(() => target)
    describeScripts(() => target)

    it('is connected, and refuses all once it was disposed', async () => {
      expect(target.connection).toEqual({ phase: 'connected' })
      expect(target.id).toBe(target.spec)
      expect(target.host.kernelRelease).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
      expect(target.host).toMatchObject({
        os: 'linux',
        arch: process.arch,
        bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        clockTicksPerSecond: 100,
      })
      await target.dispose()
      await target.dispose()
      const read = { kind: 'file', path: '/proc/version' } as const
      await expect(target.poll({ stat: false, reads: [read] })).rejects.toMatchObject({ code: 'cancelled' })
      await expect(target.read([read])).rejects.toMatchObject({ code: 'cancelled' })
      expect(() => target.runScript('echo', [])).toThrow(expect.objectContaining({ code: 'cancelled' }))
    })

    it('connects to a port of its own machine, and says why it could not', async () => {
      const server = createServer((socket) => socket.end('hello'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const socket = await target.connect('127.0.0.1', port, 5000)
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).toString()).toBe('hello')
      await new Promise((resolve) => server.close(resolve))
      await expect(target.connect('127.0.0.1', port, 5000)).rejects.toMatchObject({ code: 'unreachable' })
    })
  })
}

function describeReads(target: () => Target, at: (file: string) => string): void {
  it('reads files, parts of them, links and folders, each answer in its place', async () => {
    const results = await target().read([
      { kind: 'file', path: at('text') },
      { kind: 'file', path: at('text'), offsetBytes: 4, maxBytes: 3, mayCut: true },
      { kind: 'file', path: at('empty') },
      { kind: 'link', path: at('link') },
      { kind: 'dir', path: at('') },
      { kind: 'links', path: `/proc/${process.pid}/fd` },
    ])
    expect(results.slice(0, 4).map(toText)).toEqual(['0123456789', '456', '', 'text'])
    const [dir, links] = results.slice(4)
    expect(dir?.ok === true && [...dir.value.names].sort()).toEqual(['empty', 'link', 'text'])
    expect(links?.ok === true && links.value.links.some(([fd]) => fd === '0')).toBe(true)
  })

  it('tells one file from another, through links', async () => {
    const answers = await target().read(
      ['text', 'link', 'empty'].map((file) => ({ kind: 'identity', path: at(file) })),
    )
    const [text, link, empty] = answers.map(toText)
    expect(link).toBe(text)
    expect(empty).not.toBe(text)
  })

  it('answers what can not be read with a code, and the others all the same', async () => {
    const results = await target().read([
      { kind: 'file', path: at('missing') },
      { kind: 'file', path: at('text'), maxBytes: 9 },
      { kind: 'link', path: at('missing') },
      { kind: 'dir', path: at('missing') },
      { kind: 'file', path: at('text'), maxBytes: 10 },
    ])
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual([
      'gone',
      'too-large',
      'gone',
      'gone',
      'ok',
    ])
  })

  it('answers a batch of many reads and big ones in order, each with its bytes', async () => {
    const big = at('big')
    const bytes = Buffer.alloc(700_000)
    for (let index = 0; index < bytes.length; index++) bytes[index] = (index * 7 + (index >> 8)) & 0xff
    writeFileSync(big, bytes)
    const requests: ReadRequest[] = Array.from({ length: 120 }, (_, index) =>
      index % 3 === 0
        ? { kind: 'file', path: at('text'), offsetBytes: index % 10, maxBytes: 1, mayCut: true }
        : { kind: 'file', path: index % 3 === 1 ? '/proc/version' : at('missing') },
    )
    const results = await target().read([
      { kind: 'file', path: big },
      ...requests,
      { kind: 'file', path: big },
    ])
    rmSync(big)
    const version = readFileSync('/proc/version', 'utf8')
    const [first, last] = [results[0], results.at(-1)]
    for (const result of [first, last]) {
      expect(result?.ok === true && Buffer.compare(result.value.bytes, bytes)).toBe(0)
    }
    results.slice(1, -1).forEach((result, index) => {
      if (index % 3 === 0) expect(toText(result)).toBe(String(index % 10))
      else if (index % 3 === 1) expect(toText(result)).toBe(version)
      else expect(result).toMatchObject({ ok: false, error: { code: 'gone' } })
    })
  })

  it('reads whatever a file is called, and bytes of every value', async () => {
    const names = ["it's", '$(id) `id`', '"x" \\ *', '-n', 'é 名', ' ']
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    for (const name of names) writeFileSync(at(name), bytes)
    const results = await target().read(names.map((name) => ({ kind: 'file', path: at(name) })))
    const [dir] = await target().read([{ kind: 'dir', path: at('') }])
    for (const name of names) rmSync(at(name))
    for (const result of results)
      expect(result.ok === true && Buffer.compare(result.value.bytes, bytes)).toBe(0)
    expect(dir?.ok === true && dir.value.names).toEqual(expect.arrayContaining(names))
  })

  it('reads files of /proc, whose size is 0, to their end', async () => {
    const [maps] = await target().read([{ kind: 'file', path: `/proc/${process.pid}/maps` }])
    expect(toText(maps)).toContain('[stack]')
  })
}

function describePolls(target: () => Target): void {
  it('gives every process of the moment, ascending, with its whole stat', async () => {
    const { stat } = await target().poll({ stat: true, reads: [] })
    const pids = Array.from(stat?.pids.subarray(0, stat.count) ?? [])
    expect(pids).toEqual([...new Set(pids)].sort((a, b) => a - b))
    const own = readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(' ')
    const polled = toStatText(stat, process.pid)?.split(' ') ?? []
    expect([polled[0], polled[1], polled[21], polled.length]).toEqual([own[0], own[1], own[21], own.length])
    expect(polled.at(-1)?.endsWith('\n')).toBe(true)
  })

  it('lets cheap reads ride along, again and again, and shows what changed', async () => {
    const reads = [
      { kind: 'file', path: '/proc/uptime' },
      { kind: 'file', path: '/proc/no-such-file' },
      { kind: 'file', path: '/proc/meminfo' },
    ] as const
    const uptimes = new Set<string>()
    await vi.waitFor(async () => {
      const answer = await target().poll({ stat: false, reads })
      expect(answer.stat).toBeNull()
      uptimes.add(toText(answer.reads[0]))
      expect(answer.reads[1]).toMatchObject({ ok: false, error: { code: 'gone' } })
      expect(toText(answer.reads[2])).toContain('MemTotal:')
      expect(uptimes.size).toBeGreaterThan(3)
    }, waitLimit)
  })

  it('answers polls that are asked at once, each with its own', async () => {
    const answers = await Promise.all(
      ['/proc/version', '/proc/no-such-file', '/proc/meminfo'].map((path) =>
        target().poll({ stat: false, reads: [{ kind: 'file', path }] }),
      ),
    )
    expect(
      answers.map(({ reads: [one] }) => (one?.ok === true ? toText(one).split(/[ :]/)[0] : one?.error.code)),
    ).toEqual(['Linux', 'gone', 'MemTotal'])
  })

  it('keeps a newline in the name of a process', async () => {
    const odd = spawn('perl', ['-e', '$0 = "a\\n) R 1 (b"; sleep 60'])
    try {
      const path = `/proc/${odd.pid}/stat`
      await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toContain('(a\n) R 1 (b)'), waitLimit)
      const { stat } = await target().poll({ stat: true, reads: [] })
      expect(toStatText(stat, odd.pid ?? -1)).toContain(`${odd.pid} (a\n) R 1 (b) `)
    } finally {
      odd.kill('SIGKILL')
    }
  })

  it('sees a process come and go', async () => {
    const child = spawn('sleep', ['60'])
    try {
      const has = async (): Promise<boolean> =>
        toStatText((await target().poll({ stat: true, reads: [] })).stat, child.pid ?? -1) !== null
      await vi.waitFor(async () => expect(await has()).toBe(true), waitLimit)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      await vi.waitFor(async () => expect(await has()).toBe(false), waitLimit)
    } finally {
      child.kill('SIGKILL')
    }
  })
}

function describeScripts(target: () => Target): void {
  it('runs a script with its arguments as they are and commands on standard input', async () => {
    const args = ['-x', "it's", '$HOME `id`', '', 'a\nb', '*']
    const run = target().runScript(
      'for a in "$@"; do printf "<%s>\\n" "$a"; done; while read -r l; do printf "got %s\\n" "$l"; done; exit 7',
      args,
    )
    const { lines, end } = collect(run)
    run.write('one\ntwo \\n\n')
    await vi.waitFor(() => expect(lines).toContain('got two \\n'), waitLimit)
    run.end()
    expect(await end).toMatchObject({ code: 7 })
    expect(lines).toEqual([
      '<-x>',
      "<it's>",
      '<$HOME `id`>',
      '<>',
      '<a',
      'b>',
      '<*>',
      'got one',
      'got two \\n',
    ])
  })

  it('keeps the end of standard error, and cuts lines that have none', async () => {
    const script =
      'i=0; while [ $i -lt 900 ]; do echo "error $i" >&2; i=$((i+1)); done; head -c 200000 /dev/zero | tr "\\0" x; echo; echo next'
    const { lines, end } = collect(target().runScript(script, []))
    const { code, stderr } = await end
    expect(code).toBe(0)
    expect(stderr.length).toBeLessThanOrEqual(4096)
    expect(stderr.endsWith('error 899\n')).toBe(true)
    expect(lines.map((line) => line.length)).toEqual([65_536, 4])
  })

  it('ends a script that does not want to', async () => {
    const run = target().runScript('trap "" TERM HUP INT; echo ready; while :; do sleep 1; done', [])
    const { lines, end } = collect(run)
    await vi.waitFor(() => expect(lines).toEqual(['ready']), waitLimit)
    run.end(50)
    expect((await end).code).not.toBe(0)
  })

  it('ends its scripts when it is disposed', async () => {
    const { lines, end } = collect(target().runScript('echo $$; while read -r l; do :; done', []))
    await vi.waitFor(() => expect(lines).toHaveLength(1), waitLimit)
    await target().dispose()
    await end
    // On another host it ends when it finds its input closed, which nobody here hears of.
    await vi.waitFor(() => expect(() => readFileSync(`/proc/${lines[0]}/stat`)).toThrow(), waitLimit)
  })
}
