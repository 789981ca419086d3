import { expect, it } from 'vitest'
import { parseMeminfo } from '#core/procfs/meminfo'
import { parsePidStat } from '#core/procfs/pid-stat'
import { openTarget } from '../targets/open-target'
import { readRawMoment } from './read-raw-moment'

const options = { onStep: () => undefined, signal: new AbortController().signal }

it('keeps what the kernel says, word for word, and leaves out a process that is not there', async () => {
  const target = await openTarget('local', options)
  try {
    const keys = [
      { pid: process.pid, startTimeTicks: 1 },
      { pid: 0x7ffffff0, startTimeTicks: 1 },
    ]
    const readings = await readRawMoment(target, keys, 1234)
    const textOf = (path: string): string => readings.find((each) => each.path === path)?.text ?? ''
    expect(parseMeminfo(textOf('/proc/meminfo')).memTotalBytes).toBeGreaterThan(0)
    expect(parsePidStat(textOf(`/proc/${process.pid}/stat`)).pid).toBe(process.pid)
    expect(readings.every(({ atMs }) => atMs === 1234)).toBe(true)
    expect(
      readings
        .map(({ path }) => path)
        .filter((path) => /environ|cmdline|smaps|7ffffff0|2147483632/.test(path)),
    ).toEqual([])
  } finally {
    await target.dispose()
  }
})
