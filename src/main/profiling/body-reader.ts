import { AppError } from '#core/errors'
import { HeapDebug1Scanner } from '#core/go/heap-debug1-scanner'
import { notGoNumbers, parseExpvar, parsePrometheus, type GoNumbers } from '#core/go/memstats'
import type { GoSample } from '#core/metrics/samples'
import { createByteCollector } from './byte-collector'

/** Takes an answer as it arrives; both throw AppError for what is no Go service's numbers. */
export interface BodyReader {
  push(chunk: Uint8Array): void
  finish(): { numbers: GoNumbers; source: GoSample['source'] }
}

/** Longest answers that are read; heap?debug=1 is read through, not kept. */
export const maxAnswerBytes = {
  expvar: 1024 * 1024,
  prometheus: 8 * 1024 * 1024,
  'pprof-heap-debug1': 256 * 1024 * 1024,
} as const satisfies Record<GoSample['source'], number>

/** source null: the first bytes of the answer tell which it is. */
export function createBodyReader(source: GoSample['source'] | null): BodyReader {
  if (source === null) return createTellingReader()
  if (source !== 'pprof-heap-debug1') return createTextReader(source)
  const scanner = new HeapDebug1Scanner()
  return { push: (chunk) => scanner.push(chunk), finish: () => ({ numbers: scanner.finish(), source }) }
}

function createTextReader(source: 'expvar' | 'prometheus'): BodyReader {
  const collector = createByteCollector(maxAnswerBytes[source])
  return {
    push: (chunk) => collector.push(chunk),
    finish() {
      if (collector.length === 0) throw new AppError('parse', 'empty answer', { hint: 'go.endpoint.empty' })
      const text = new TextDecoder().decode(collector.view())
      return { numbers: source === 'expvar' ? parseExpvar(text) : parsePrometheus(text), source }
    },
  }
}

function createTellingReader(): BodyReader {
  let start = ''
  let reader: BodyReader | null = null
  const held: Uint8Array[] = []
  return {
    push(chunk) {
      if (reader !== null) {
        reader.push(chunk)
        return
      }
      if (chunk.length === 0) return
      held.push(chunk)
      start += new TextDecoder('latin1').decode(chunk.subarray(0, 64))
      const source = tellSource(start)
      if (source === null) return
      reader = createBodyReader(source)
      for (const piece of held) reader.push(piece)
      held.length = 0
    },
    finish() {
      if (reader === null) throw new AppError('parse', 'empty answer', { hint: 'go.endpoint.empty' })
      return reader.finish()
    },
  }
}

/** null: too early to tell. Both text formats are told by their first character. */
function tellSource(start: string): GoSample['source'] | null {
  const text = start.trimStart()
  if (text === '') {
    if (start.length > 256) throw notGoNumbers('the answer begins with blanks')
    return null
  }
  if (text.startsWith('{')) return 'expvar'
  if ('heap profile: '.startsWith(text)) return null
  return text.startsWith('heap profile: ') ? 'pprof-heap-debug1' : 'prometheus'
}
