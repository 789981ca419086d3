import type { Readable } from 'node:stream'

const sliceBytes = 8 * 1024
/** How long one turn of the event loop may be busy with one stream, ms. */
const turnMs = 20

/**
 * Hands a stream's bytes on in small pieces and gives the event loop its turn between them, so that dense input, however
 * fast it comes, does not stop everything else. Bytes come in order; the stream is paused while some wait. Returns what
 * drops all that waits, and all that comes.
 */
export function followPaced(stream: Readable, push: (bytes: Uint8Array) => void): () => void {
  let waiting: Uint8Array[] = []
  let spentMs = 0
  let isTurning = false
  let isOver = false

  function drain(): void {
    const startMs = performance.now()
    while (waiting.length > 0 && spentMs + performance.now() - startMs < turnMs) {
      const chunk = waiting[0] as Uint8Array
      if (chunk.length > sliceBytes) waiting[0] = chunk.subarray(sliceBytes)
      else waiting.shift()
      push(chunk.subarray(0, sliceBytes))
    }
    spentMs += performance.now() - startMs
    if (isTurning || isOver) return
    isTurning = true
    setImmediate(nextTurn)
  }

  function nextTurn(): void {
    isTurning = false
    spentMs = 0
    if (isOver) return
    if (waiting.length > 0) drain()
    else stream.resume()
  }

  stream.on('data', (chunk: Buffer) => {
    if (isOver) return
    waiting.push(chunk)
    // In order: those before it come first.
    if (waiting.length === 1) drain()
    if (waiting.length > 0) stream.pause()
  })
  return () => {
    isOver = true
    waiting = []
    stream.resume()
  }
}
