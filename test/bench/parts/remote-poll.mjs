import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withDummies } from '../dummies.mjs'
import { startLineProgram } from '../line-program.mjs'
import { withLoopbackSshd } from '../loopback-sshd.mjs'
import { builtDir } from '../paths.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const processCount = 3000
const repetitions = 6
const pollsEach = 6
const warmUpPolls = 5

const awks = [
  { name: 'mawk', program: 'mawk', target: 1.8 },
  { name: 'gawk', program: 'gawk', target: 1.8 },
  { name: 'busybox', program: 'busybox', target: 2.5 },
]

const findProgram = (name) =>
  process.env.PATH.split(delimiter)
    .map((dir) => join(dir, name))
    .find((path) => {
      try {
        return readFileSync(path).length > 0
      } catch {
        return false
      }
    })

/** Parent of every process, from the last bracket of its stat on. */
const listParents = () => {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended meanwhile.
    }
  }
  return parents
}

/** Every process below a pid, without itself. */
const listDescendants = (root) => {
  const parents = listParents()
  const isBelow = (pid) => {
    for (let at = parents.get(pid); at > 1; at = parents.get(at)) if (at === root) return true
    return false
  }
  return [...parents.keys()].filter(isBelow)
}

/** CPU time of processes, ms, from the scheduler's own clock. */
const readCpuMs = (pids) =>
  pids.reduce(
    (sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  )

/** Page faults of the children that processes have waited for: each that was forked had some. */
const readChildFaults = (pids) =>
  pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return sum + Number(fields[8]) + Number(fields[10])
  }, 0)

/** CPU of a command line and its children, ms, by the shell's `times`. */
const shellMs = (command) => {
  const output = execFileSync('bash', ['-c', `{ ${command}; } >/dev/null 2>&1; times`], { encoding: 'utf8' })
  return [...output.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60e3 + s * 1e3,
    0,
  )
}

const topMs = () => (shellMs('top -b -d 0.2 -n 4') - shellMs('top -b -d 0.2 -n 1')) / 3
const catMs = () => shellMs('cat /proc/[0-9]*/stat')

/** Some polls: what the host and this side spend, and what goes over the wire, for one of them. */
const measureOnce = async (ours, { pids, relay }, polls = pollsEach) => {
  const wire = relay.bytes
  const cpu = readCpuMs(pids)
  const [micros, wallMicros, count, read, written] = (await ours.ask(`poll ${polls}`)).split(' ').map(Number)
  const each = (value) => value / polls
  return {
    remote: each(readCpuMs(pids) - cpu),
    node: each(micros / 1e3),
    wall: each(wallMicros / 1e3),
    raw: each(read + written),
    wire: each(relay.bytes - wire),
    count,
  }
}

const collectRuns = async (ours, peer, place) => {
  const runs = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const loops = []
    for (let i = 0; i < pollsEach; i++) loops.push(Number((await peer.ask('loop')).split(' ')[0]) / 1e6)
    const { clientPid } = place
    const before = readCpuMs([clientPid])
    const run = await measureOnce(ours, place)
    const ssh = (readCpuMs([clientPid]) - before) / pollsEach
    runs.push({ ...run, ssh, loop: median(loops), top: topMs(), cat: catMs() })
  }
  return runs
}

/** Processes that start another one twice a second, so that their stat differs at each poll. */
const withBusy = async (count, job) => {
  const busy = Array.from({ length: count }, () =>
    startLineProgram('bash', ['-c', 'while read -r -t 0.5 line; [ $? -gt 128 ]; do x=$(:); done']),
  )
  try {
    return await job()
  } finally {
    await Promise.all(busy.map((one) => one.close()))
  }
}

const measureAwk = async ({ name, program, target }, { sshd, peer, dir }) => {
  const path = join(dir, name)
  mkdirSync(path)
  const found = findProgram(program)
  if (found === undefined) return null
  if (name === 'busybox')
    writeFileSync(join(path, 'awk'), `#!/bin/sh\nexec ${found} awk "$@"\n`, { mode: 0o755 })
  else symlinkSync(found, join(path, 'awk'))
  const before = new Set(listDescendants(sshd.pid))
  const ours = startLineProgram(process.execPath, [
    join(builtDir, 'poll', 'remote.mjs'),
    'ssh',
    ...sshd.sshArgs(`PATH=${path}:$PATH exec sh`),
  ])
  try {
    const [, flavour, clientPid] = (await ours.nextLine()).split(' ')
    if (flavour !== name) throw new Error(`${flavour} answers instead of ${name}`)
    const first = (await ours.ask('poll 1')).split(' ').map(Number)
    await ours.ask(`poll ${warmUpPolls}`)
    const pids = listDescendants(sshd.pid).filter((pid) => !before.has(pid))
    const place = { pids, relay: sshd.relay, clientPid: Number(clientPid) }
    const listOurs = () => String(listDescendants(sshd.pid).filter((pid) => !before.has(pid)))
    const faults = readChildFaults(pids)
    const idle = await collectRuns(ours, peer, place)
    const isSame = listOurs() === String(pids) && readChildFaults(pids) === faults
    const busy = await withBusy(100, async () => {
      await ours.ask('poll 2')
      await sleep(1000)
      return measureOnce(ours, place, 1)
    })
    return { name, target, first, idle, busy, isSame }
  } finally {
    await ours.close()
  }
}

const toRows = ({ name, target, first, idle, busy, isSame }) => {
  const of = (key) => idle.map((run) => run[key])
  const loop = of('loop')
  const ratio = (suffix, key, peerName, peer, limit, note) => ({
    name: `remote-poll ${name}${suffix}`,
    unit: 'ms',
    ours: of(key),
    peerName,
    peer,
    measure: 'ratio',
    value: median(pairedRatios(of(key), peer)),
    target: limit,
    note,
  })
  const value = (suffix, unit, values, limit, note) => ({
    name: `remote-poll ${name}${suffix}`,
    unit,
    ours: values,
    peerName: null,
    peer: null,
    measure: 'value',
    value: median(values),
    target: limit,
    note,
  })
  const client = idle.map((run) => run.node + run.ssh)
  return [
    {
      ...ratio('', 'remote', 'C loop', loop, target, `${idle[0].count} processes; sh + awk + sshd`),
      details: [
        `first poll ${first[3]} bytes raw; idle ${median(of('raw')).toFixed(0)} raw; 100 busy ${busy.raw.toFixed(0)} raw, ` +
          `${busy.wire.toFixed(0)} on the wire, host ${busy.remote.toFixed(1)} ms`,
      ],
    },
    ratio(' top', 'remote', 'top -b', of('top'), null, 'per refresh'),
    ratio(' cat', 'remote', 'cat', of('cat'), null, 'cat /proc/[0-9]*/stat'),
    {
      ...ratio(' client', 'node', 'C loop', loop, 0.06, 'ssh and this side, idle'),
      ours: client,
      value: median(pairedRatios(client, loop)),
    },
    value(' wire', 'bytes', of('wire'), 5000, 'idle, both ways, a poll'),
    value(' forks', '', [isSame ? 0 : 1], 0, '1: a process came or went on the host during the polls'),
  ]
}

/** CPU that a poll over ssh costs the host, against a loop in C, top and cat there; bytes on the wire. */
export const measureRemotePoll = () =>
  withDummies(processCount, () =>
    withLoopbackSshd(async (sshd) => {
      const dir = mkdtempSync(join(tmpdir(), 'ballonet-bench-awk-'))
      const peer = startLineProgram(join(builtDir, 'peer'))
      try {
        for (let i = 0; i < warmUpPolls; i++) await peer.ask('loop')
        const rows = []
        for (const awk of awks) {
          const measured = await measureAwk(awk, { sshd, peer, dir })
          if (measured !== null) rows.push(...toRows(measured))
        }
        return rows
      } finally {
        await peer.close()
        rmSync(dir, { recursive: true, force: true })
      }
    }),
  )
