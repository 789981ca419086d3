import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { countProcesses, withDummies } from '../dummies.mjs'
import { startLineProgram } from '../line-program.mjs'
import { builtDir } from '../paths.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const processCount = 3000
const warmUpPolls = 15
const repetitions = 8
const pollsEach = 8
const pacedSeconds = 12
const settleLimitMs = 45_000

/** CPU of one answer, ms: the product counts in µs, the C programs in ns. */
const oursMs = async (ours, job) => Number((await ours.ask(job)).split(' ')[0]) / 1e3
const peerMs = async (peer, job) => Number((await peer.ask(job)).split(' ')[0]) / 1e6

/** Polls back to back: one of each in turn, medians a repetition. */
const measureBackToBack = async (ours, peer) => {
  const jobs = {
    poll: () => oursMs(ours, 'poll'),
    turn: () => oursMs(ours, 'turn'),
    loop: () => peerMs(peer, 'loop'),
    kept: () => peerMs(peer, 'kept'),
  }
  for (let i = 0; i < warmUpPolls; i++) for (const job of Object.values(jobs)) await job()
  const medians = { poll: [], turn: [], loop: [], kept: [], ps: [] }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const times = { poll: [], turn: [], loop: [], kept: [] }
    for (let i = 0; i < pollsEach; i++) {
      for (const [name, job] of Object.entries(jobs)) times[name].push(await job())
    }
    for (const name of Object.keys(jobs)) medians[name].push(median(times[name]))
    medians.ps.push(median([await peerMs(peer, 'ps'), await peerMs(peer, 'ps')]))
  }
  return medians
}

/** The sampler with its timer at 1 Hz, as the window subscribes it, and the C loop once in each of the same seconds. */
const measurePaced = async (ours, peer) => {
  await ours.ask('start')
  const read = async () => (await ours.ask('cpu')).split(' ').map(Number)
  const until = performance.now() + settleLimitMs
  // Command lines and users are learnt once in a row's life, within a share of each second: not what is at rest.
  for (let quiet = 0; quiet < 4 && performance.now() < until; await sleep(1000)) {
    const [, frames, metas] = await read()
    quiet = frames > 0 && metas < 5 ? quiet + 1 : 0
  }
  const seconds = { ours: [], loop: [] }
  let [cpu, frames] = await read()
  for (let second = 0; second < pacedSeconds; second++) {
    await sleep(500)
    seconds.loop.push(await peerMs(peer, 'loop'))
    await sleep(500)
    const [nextCpu, nextFrames] = await read()
    seconds.ours.push((nextCpu - cpu) / 1e3 / Math.max(1, nextFrames - frames))
    ;[cpu, frames] = [nextCpu, nextFrames]
  }
  return seconds
}

const ratioRow = (name, ours, peerName, peer, target, note = '') => ({
  name,
  unit: 'ms',
  ours,
  peerName,
  peer,
  measure: 'ratio',
  value: median(pairedRatios(ours, peer)),
  target,
  note,
})

/** CPU of a poll of 3,000 idle processes against a loop in C and ps. */
export const measurePoll = () =>
  withDummies(processCount, async () => {
    const ours = startLineProgram(process.execPath, [join(builtDir, 'poll', 'ours.mjs')])
    const peer = startLineProgram(join(builtDir, 'peer'))
    try {
      const count = countProcesses()
      const ms = await measureBackToBack(ours, peer)
      const paced = await measurePaced(ours, peer)
      const note = `${count} processes`
      return [
        ratioRow('poll-3000', ms.poll, 'C loop', ms.loop, 1, `${note}; poll and parse, back to back`),
        ratioRow('poll-3000 turn', ms.turn, 'C loop', ms.loop, 1, 'with row store, host files and frame'),
        ratioRow(
          'poll-3000 1 Hz',
          paced.ours,
          'C loop',
          paced.loop,
          1,
          'the whole sampler at its pace, cold caches',
        ),
        ratioRow('poll-3000 ps', ms.turn, 'ps', ms.ps, null, 'ps -eo pid,ppid,stat,vsz,rss,comm'),
        ratioRow('poll-3000 kept', ms.poll, 'C, fds kept', ms.kept, null, 'the floor'),
      ]
    } finally {
      await Promise.all([ours.close(), peer.close()])
    }
  })
