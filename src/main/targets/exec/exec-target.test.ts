import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { describeTargetContract } from '../../../../test/support/target-contract'
import { openTarget } from '../open-target'
import type { StatFrame, Target } from '../target'

for (const command of ['sh', 'bash', 'dash', 'busybox sh'])
  describeTargetContract(`exec:${command}`, () => openTarget(`exec:${command}`))

const targets: Target[] = []
const cleanUps: (() => void)[] = []
afterEach(async () => {
  for (const target of targets.splice(0)) await target.dispose()
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

async function open(command: string): Promise<Target> {
  const target = await openTarget(`exec:${command}`)
  targets.push(target)
  return target
}

function pidsOf(frame: StatFrame | null): number[] {
  return Array.from(frame?.pids.subarray(0, frame.count) ?? [])
}

async function readScript(target: Target, script: string): Promise<string[]> {
  const lines: string[] = []
  const run = target.runScript(script, [])
  run.onLine((line) => lines.push(line))
  await new Promise((resolve) => run.onExit(resolve))
  return lines
}

describe('openTarget', () => {
  it('knows which commands stay on this machine', async () => {
    expect((await open('sh')).capabilities.remote).toBe(false)
    expect((await open('env FOO=1 sh')).capabilities.remote).toBe(true)
  })

  it('rejects a command that is none', async () => {
    await expect(openTarget('exec:sh "')).rejects.toMatchObject({ code: 'invalid' })
    await expect(openTarget('exec:no-such-program-x')).rejects.toMatchObject({ code: 'unsupported' })
    await expect(openTarget('exec:cat')).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe.runIf(process.getuid?.() === 0)('a container', () => {
  it('of unshare shows its own processes only', async () => {
    const target = await open('unshare -fp --mount-proc sh')
    const pids = pidsOf((await target.poll({ stat: true, reads: [] })).stat)
    expect(pids[0]).toBe(1)
    expect(pids.length).toBeLessThan(12)
    expect(await readScript(target, 'echo $$; exit 3')).toHaveLength(1)
  })

  it('is entered by nsenter', async () => {
    const inner = spawn('unshare', ['-fp', '--mount-proc', 'sh', '-c', 'sleep 60 & wait'], {
      stdio: 'ignore',
    })
    cleanUps.push(() => inner.kill('SIGKILL'))
    const children = (): string =>
      readFileSync(`/proc/${inner.pid}/task/${inner.pid}/children`, 'utf8').trim()
    await vi.waitFor(() => expect(children()).toMatch(/^\d+$/), { timeout: 5000, interval: 20 })
    const first = Number(children())
    cleanUps.push(() => process.kill(first, 'SIGKILL'))
    await vi.waitFor(() => expect(readFileSync(`/proc/${first}/cmdline`, 'latin1')).toContain('sleep'), {
      timeout: 5000,
      interval: 20,
    })
    const target = await open(`nsenter -t ${first} -a sh`)
    const [cmdline] = await target.read([{ kind: 'file', path: '/proc/1/cmdline' }])
    expect(cmdline?.ok === true && Buffer.from(cmdline.value.bytes).toString()).toContain('sleep 60')
  })

  it('may be another user’s, who may not see all', async () => {
    const target = await open('setpriv --reuid 65534 --regid 65534 --clear-groups sh')
    expect(target.host.uid).toBe(65_534)
    const [rollup, stat] = await target.read(
      ['smaps_rollup', 'stat'].map((name) => ({ kind: 'file', path: `/proc/${process.pid}/${name}` })),
    )
    expect([rollup?.ok === false && rollup.error.code, stat?.ok]).toEqual(['permission-denied', true])
  })

  it('may have no environment at all', async () => {
    const target = await open('env -i sh')
    expect(pidsOf((await target.poll({ stat: true, reads: [] })).stat)).toContain(process.pid)
  })

  it('may hold a busybox and nothing else', async () => {
    const root = makeBusyboxRoot()
    const target = await open(
      `unshare -m sh -c "mount -t proc proc ${root}/proc && mount --bind /dev ${root}/dev && exec chroot ${root} /bin/busybox sh"`,
    )
    const { stat } = await target.poll({ stat: true, reads: [] })
    expect(pidsOf(stat)).toContain(process.pid)
    const [own, dir] = await target.read([
      { kind: 'file', path: `/proc/${process.pid}/cmdline` },
      { kind: 'dir', path: '/' },
    ])
    expect(own?.ok === true && Buffer.from(own.value.bytes)).toEqual(
      readFileSync(`/proc/${process.pid}/cmdline`),
    )
    expect(dir?.ok === true && [...dir.value.names].sort()).toEqual(['bin', 'dev', 'lib', 'lib64', 'proc'])
    expect(await readScript(target, 'read -r line </proc/meminfo; echo "${line%%:*}"')).toEqual(['MemTotal'])
  })
})

/** The smallest container: a busybox, what it is linked to, and a place for /proc. */
function makeBusyboxRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'ballonet-busybox-'))
  cleanUps.push(() => rmSync(root, { recursive: true }))
  for (const folder of ['bin', 'dev', 'lib', 'lib64', 'proc']) mkdirSync(join(root, folder))
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim()
  execFileSync('cp', [busybox, join(root, 'bin/busybox')])
  const linked = execFileSync('sh', ['-c', `ldd ${busybox} || :`], { encoding: 'utf8' })
  for (const [, library = ''] of linked.matchAll(/(\/lib\S+)/g)) {
    if (!existsSync(library)) continue
    execFileSync('sh', ['-c', `mkdir -p "$1" && cp -L "$2" "$1/"`, 'sh', join(root, library, '..'), library])
  }
  // As in an image of busybox: its programs are links to it.
  const programs = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const name of programs) {
    if (name !== 'busybox') execFileSync('ln', ['-s', 'busybox', join(root, 'bin', name)])
  }
  return root
}
