import { PassThrough } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { followPaced } from './paced-chunks'

function spin(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

describe('followPaced', () => {
  it('hands on every byte in order, and lets others have their turn meanwhile', async () => {
    const stream = new PassThrough({ highWaterMark: 1024 * 1024 })
    const sent = Buffer.from(Array.from({ length: 512 * 1024 }, (_, index) => index % 251))
    const got: Buffer[] = []
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    try {
      followPaced(stream, (bytes) => {
        got.push(Buffer.from(bytes))
        spin(4)
      })
      for (let at = 0; at < sent.length; at += 100_000) stream.write(sent.subarray(at, at + 100_000))
      await vi.waitFor(() => expect(Buffer.concat(got).length).toBe(sent.length), { timeout: 10_000 })
      expect(Buffer.concat(got).equals(sent)).toBe(true)
      // 64 pieces of 4 ms each: no turn takes more than some of them.
      expect(turns).toBeGreaterThan(5)
    } finally {
      clearInterval(timer)
    }
  })

  it('drops all that waits when it is stopped', async () => {
    const stream = new PassThrough()
    let count = 0
    const stop = followPaced(stream, () => {
      if (++count === 2) stop()
    })
    stream.write(Buffer.alloc(500_000))
    stream.end()
    await new Promise((resolve) => stream.once('end', resolve))
    expect(count).toBe(2)
  })
})
