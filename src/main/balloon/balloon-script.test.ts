import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it, vi, type TestContext } from 'vitest'
import {
  countReadEnds,
  makeBusyboxDir,
  startScript,
  waitFor,
  type RunningScript,
  type Shell,
} from '../../../test/host/balloon-script'

// Real processes on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

const MiB = 1024 * 1024
const chunk = 24 * MiB
const guardArgs = ['guard', `floor=${64 * MiB}`, 'watchdog=1500', 'page=4096']

const busybox = makeBusyboxDir()
afterAll(() => busybox.remove())

const shells: Shell[] = [
  { name: 'dash', command: ['/usr/bin/dash'], pathDir: null },
  { name: 'bash', command: ['/usr/bin/bash', '--norc'], pathDir: null },
  { name: 'busybox ash with its own dd', command: ['/usr/bin/busybox', 'sh'], pathDir: busybox.dir },
  { name: 'ksh', command: ['/usr/bin/ksh'], pathDir: null },
  { name: 'yash', command: ['/usr/bin/yash'], pathDir: null },
].filter(({ command }) => existsSync(command[0]!))

function launch({ onTestFinished }: TestContext, shell: Shell, args: string[]): RunningScript {
  const script = startScript(shell, args)
  onTestFinished(() => script.end())
  return script
}

async function start(
  context: TestContext,
  shell: Shell,
  args = guardArgs,
  chunks = 2,
): Promise<RunningScript> {
  const script = launch(context, shell, args)
  await script.waitLine(/^ready /)
  script.startBeating()
  for (let count = 1; count <= chunks; count++) {
    script.write(`grow ${chunk}\n`)
    await script.waitLine(new RegExp(`^grown balloon=${count * chunk} `))
  }
  return script
}

/** All memory is back within 2 s, and no process is left soon after. */
async function expectRelease({ expect }: TestContext, script: RunningScript, act: () => void): Promise<void> {
  expect(script.holders()).toHaveLength(2)
  const startMs = performance.now()
  act()
  await waitFor('no holder', 2000, () => script.holders().length === 0)
  expect(performance.now() - startMs).toBeLessThan(2000)
}

async function expectNothingLeft(script: RunningScript): Promise<void> {
  await waitFor(
    `nothing left of ${JSON.stringify(script.processes())}`,
    2000,
    () => script.processes().length === 0,
  )
}

const smallShell: Shell = { name: 'mksh', command: ['/usr/bin/mksh'], pathDir: null }

it.skipIf(!existsSync(smallShell.command[0]!))(
  'refuses a shell that counts with 32 bits',
  async (context) => {
    const script = launch(context, smallShell, guardArgs)
    await script.waitLine(/^end reason=unsupported-shell /)
  },
)

it('is plain ASCII, as yash takes nothing else in the C locale', ({ expect }) => {
  expect(readFileSync('assets/balloon.sh', 'latin1')).toMatch(/^[\n -~]+$/)
})

describe.each(shells)('balloon.sh in $name', (shell) => {
  it('takes what it says, as the first victim of the kernel, and gives it back', async (context) => {
    const { expect } = context
    const script = await start(context, shell)
    for (const { pid } of script.holders()) {
      expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
      const rss = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
      expect(rss).toBeGreaterThanOrEqual(chunk * 0.98)
      expect(rss).toBeLessThan(chunk + 8 * MiB)
    }
    script.write('look\n')
    expect(await script.waitLine(/^state /)).toMatch(
      new RegExp(`^state balloon=${2 * chunk} pending=0 available=\\d+ memavailable=\\d+$`),
    )
    await expectRelease(context, script, () => script.write('deflate\n'))
    expect(await script.waitLine(/^end /)).toMatch(
      /^end reason=deflate balloon=0 pending=0 available=\d+ memavailable=\d+$/,
    )
    await expectNothingLeft(script)
  })

  it('keeps the only read end of the pipe in the guard', async (context) => {
    const { expect } = context
    const script = await start(context, shell)
    const pipe = readlinkSync(`/proc/${script.holders()[0]!.pid}/fd/1`)
    const guard = script.guard()
    expect(countReadEnds(guard, pipe)).toBe(1)
    // A child of the guard that is just being started still has it for an instant.
    await waitFor('no other read end', 1000, () =>
      script
        .processes()
        .filter(({ pid }) => pid !== guard)
        .every(({ pid }) => existsSync(`/proc/${pid}`) && countReadEnds(pid, pipe) === 0),
    )
  })

  it('refuses a step that would cross the floor, pass the largest size, or is no number', async (context) => {
    const { expect } = context
    const memTotal = Number(/^MemTotal:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024
    const script = await start(context, shell, [...guardArgs, `max=${3 * chunk}`], 1)
    script.write(`grow ${3 * chunk}\n`)
    expect(await script.waitLine(/^refused /)).toMatch(
      new RegExp(`^refused reason=size balloon=${chunk} pending=0 `),
    )
    script.write('grow 12x\n')
    await script.waitLine(/^refused reason=invalid /)
    script.write('grow\n')
    const strict = launch(context, shell, ['guard', `floor=${memTotal}`, 'watchdog=1500', 'page=4096'])
    await strict.waitLine(/^ready /)
    strict.write(`grow ${256 * MiB}\n`)
    await strict.waitLine(/^refused reason=floor balloon=0 pending=0 /)
    expect(strict.holders()).toHaveLength(0)
  })

  it.for<[string, (script: RunningScript) => void]>([
    ['the end of its input', (script) => (script.stopBeating(), script.closeInput())],
    ['no heartbeat', (script) => script.stopBeating()],
    ['TERM to the shell', (script) => process.kill(script.pid, 'SIGTERM')],
    ['HUP to the shell', (script) => process.kill(script.pid, 'SIGHUP')],
    ['kill -9 of the shell', (script) => process.kill(script.pid, 'SIGKILL')],
    ['kill -9 of the guard', (script) => process.kill(script.guard(), 'SIGKILL')],
    ['kill -9 of the ticker', (script) => process.kill(script.ticker(), 'SIGKILL')],
    ['kill -9 of the forwarder', (script) => process.kill(script.forwarder(), 'SIGKILL')],
    ['SIGSTOP of the shell', (script) => process.kill(script.pid, 'SIGSTOP')],
    ['SIGSTOP of the guard', (script) => process.kill(script.guard(), 'SIGSTOP')],
    ['SIGSTOP of the forwarder', (script) => process.kill(script.forwarder(), 'SIGSTOP')],
    ['kill -9 of one holder', (script) => process.kill(script.holders()[0]!.pid, 'SIGKILL')],
  ])('gives all memory back within 2 s of %s, and ends', async ([, act], context) => {
    const script = await start(context, shell)
    await expectRelease(context, script, () => act(script))
    await expectNothingLeft(script)
  })

  it('gives memory back when its ticker is stopped', async (context) => {
    const script = await start(context, shell)
    const ticker = script.ticker()
    process.kill(ticker, 'SIGSTOP')
    await waitFor('no holder', 3500, () => script.holders().length === 0)
    await script.waitLine(/^end reason=ticker-lost /)
  })

  it('says out-of-memory when the kernel kills a holder', async (context) => {
    const script = await start(context, shell)
    process.kill(script.holders()[1]!.pid, 'SIGKILL')
    await script.waitLine(/^end reason=out-of-memory balloon=0 /)
  })

  it('ends by itself when its time is over, with the heart still beating', async (context) => {
    const script = await start(context, shell, [...guardArgs, 'time=1500'])
    await script.waitLine(/^end reason=time balloon=0 /)
    await expectNothingLeft(script)
  })

  it('reads a cgroup of v2, and joins it before it takes memory', async (context) => {
    const { expect } = context
    // A recorded folder: kernels give a machine's memory controller to v1 or to v2, not to both.
    const dir = mkdtempSync(join(tmpdir(), 'ballonet-group-'))
    context.onTestFinished(() => rmSync(dir, { recursive: true }))
    writeFileSync(join(dir, 'memory.current'), `${300 * MiB}\n`)
    writeFileSync(
      join(dir, 'memory.stat'),
      `anon ${200 * MiB}\nfile 0\ninactive_anon 1\nactive_anon 2\ninactive_file ${90 * MiB}\nactive_file ${MiB}\n`,
    )
    const group = ['version=2', `limit=${400 * MiB}`, `group=${dir}`, `join=${join(dir, 'cgroup.procs')}`]
    const script = launch(context, shell, [...guardArgs, ...group])
    await script.waitLine(new RegExp(`^ready .* available=${191 * MiB} `))
    script.write(`grow ${chunk}\n`)
    await script.waitLine(/^grown /)
    expect(readFileSync(join(dir, 'cgroup.procs'), 'utf8')).toBe('0\n')
    script.write(`grow ${128 * MiB}\n`)
    await script.waitLine(/^refused reason=floor /)
    // Others take what was left: below the floor everything goes.
    writeFileSync(join(dir, 'memory.current'), `${430 * MiB}\n`)
    await script.waitLine(/^shrunk reason=floor balloon=0 pending=0 /)
    expect(script.holders()).toHaveLength(0)
  })

  it('follows a limit of its cgroup that is lowered meanwhile, not one that is raised', async (context) => {
    const { expect } = context
    const dir = mkdtempSync(join(tmpdir(), 'ballonet-group-'))
    context.onTestFinished(() => rmSync(dir, { recursive: true }))
    writeFileSync(join(dir, 'memory.current'), `${200 * MiB}\n`)
    writeFileSync(join(dir, 'memory.stat'), `inactive_file 0\nactive_file 0\n`)
    writeFileSync(join(dir, 'memory.max'), 'max\n')
    writeFileSync(join(dir, 'memory.high'), `${900 * MiB}\n`)
    const group = ['version=2', `limit=${400 * MiB}`, `group=${dir}`, `join=${join(dir, 'cgroup.procs')}`]
    const script = await start(context, shell, [...guardArgs, ...group], 1)
    script.write('look\n')
    await script.waitLine(new RegExp(`^state .* available=${200 * MiB} `))
    writeFileSync(join(dir, 'memory.high'), `${250 * MiB}\n`)
    await script.waitLine(/^shrunk reason=floor balloon=0 /)
    expect(script.holders()).toHaveLength(0)
  })

  it('answers a probe', async (context) => {
    const script = launch(context, shell, ['probe', `bytes=${8 * MiB}`])
    await script.waitLine(/^probe begin joins=no$/)
    await script.waitLine(/^probe end status=0$/)
  })

  it.for([
    [['guard', 'floor=$(touch /tmp/x)']],
    [['guard', 'floor=-1']],
    [['guard', 'nonsense=1']],
    [['other']],
  ])('refuses the arguments %j', async ([args], context) => {
    const script = launch(context, shell, args!)
    await script.waitLine(/^end reason=invalid /)
  })
})
