import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { HeapDebug1Scanner } from './heap-debug1-scanner'
import { parseExpvar, parseHeapDebug1Trailer, parsePrometheus } from './memstats'

const expvar = JSON.stringify({
  cmdline: ['/srv/app'],
  memstats: {
    HeapAlloc: 104857600,
    HeapInuse: 105906176,
    HeapIdle: 520093696,
    HeapReleased: 519000064,
    HeapSys: 625999872,
    StackInuse: 524288,
    Sys: 640000000,
    NextGC: 209715200,
    LastGC: 1795449600123456800,
    NumGC: 17,
  },
})

const numbers = {
  heapAllocBytes: 104857600,
  heapInuseBytes: 105906176,
  heapIdleBytes: 520093696,
  heapReleasedBytes: 519000064,
  heapSysBytes: 625999872,
  stackInuseBytes: 524288,
  sysBytes: 640000000,
  nextGcBytes: 209715200,
  numGc: 17,
  lastGcAtMs: 1795449600123,
  goroutines: null,
}

const metrics = `# HELP go_memstats_heap_inuse_bytes Number of heap bytes that are in use.
# TYPE go_memstats_heap_inuse_bytes gauge
go_goroutines 12
go_info{version="go1.19.8"} 1
go_memstats_heap_alloc_bytes 1.048576e+08
go_memstats_heap_inuse_bytes 1.05906176e+08
go_memstats_heap_idle_bytes 5.20093696e+08
go_memstats_heap_released_bytes 5.19000064e+08
go_memstats_heap_sys_bytes 6.25999872e+08
go_memstats_stack_inuse_bytes 524288
go_memstats_sys_bytes 6.4e+08
go_memstats_next_gc_bytes 2.097152e+08
go_memstats_last_gc_time_seconds 1.795449600123457e+09
go_gc_duration_seconds{quantile="0.5"} 0.0001
go_gc_duration_seconds_count 17
http_requests_total{path="/a b",code="200"} 7
`

const runtimeMetrics = `go_sched_goroutines_goroutines 12
go_memory_classes_heap_objects_bytes 100
go_memory_classes_heap_unused_bytes 20
go_memory_classes_heap_free_bytes 30
go_memory_classes_heap_released_bytes 50
go_memory_classes_heap_stacks_bytes 7
go_memory_classes_total_bytes 260
go_gc_heap_goal_bytes 400
go_gc_cycles_total_gc_cycles_total 9
`

const heapStart =
  'heap profile: 3: 270533120 [3: 270533120] @ heap/1048576\n1: 8 [1: 8] @ 0x1\n#\t0x1\tmain.f+0x1\tmain.go:1\n\n'
const trailer = `# runtime.MemStats
# Alloc = 104857600
# TotalAlloc = 734003200
# Sys = 640000000
# Lookups = 0
# HeapAlloc = 104857600
# HeapSys = 625999872
# HeapIdle = 520093696
# HeapInuse = 105906176
# HeapReleased = 519000064
# HeapObjects = 1000
# Stack = 524288 / 524288
# MSpan = 1 / 2
# NextGC = 209715200
# LastGC = 1795449600123456789
# PauseNs = [${Array(256).fill('12345678901').join(' ')}]
# PauseEnd = [${Array(256).fill('1795449600123456789').join(' ')}]
# NumGC = 17
# NumForcedGC = 1
# GCCPUFraction = 0.001
# DebugGC = false
# MaxRSS = 745000000
`

describe('parseExpvar', () => {
  it('takes memstats', () => expect(parseExpvar(expvar)).toEqual(numbers))

  it('leaves out what is not reported, and has no GC time before the first GC', () => {
    const got = parseExpvar('{"memstats":{"HeapInuse":5,"LastGC":0,"Sys":"9","NextGC":-1}}')
    expect(got).toMatchObject({ heapInuseBytes: 5, lastGcAtMs: null, sysBytes: null, nextGcBytes: null })
  })

  it.each([
    '',
    '<html></html>',
    '[]',
    'null',
    '{}',
    '{"memstats":5}',
    '{"memstats":{"Heap":1}}',
    '{"status":"ok"}',
    '['.repeat(1e5),
  ])('refuses what is no such answer: %#', (text) =>
    expect(() => parseExpvar(text)).toThrow(expect.objectContaining({ hint: 'go.endpoint.notGo' }) as Error),
  )

  it('throws nothing but AppError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => throwsOnlyAppError(() => parseExpvar(text))),
    )
  })
})

describe('parsePrometheus', () => {
  it('takes the go_memstats names', () => {
    expect(parsePrometheus(metrics)).toEqual({ ...numbers, goroutines: 12 })
  })

  it('takes the names of runtime/metrics by their identities', () => {
    expect(parsePrometheus(runtimeMetrics)).toEqual({
      heapAllocBytes: 100,
      heapInuseBytes: 120,
      heapIdleBytes: 80,
      heapReleasedBytes: 50,
      heapSysBytes: 200,
      stackInuseBytes: 7,
      sysBytes: 260,
      nextGcBytes: 400,
      numGc: 9,
      lastGcAtMs: null,
      goroutines: 12,
    })
  })

  it('takes labels, timestamps and a missing last newline', () => {
    const text = 'go_memstats_heap_inuse_bytes{job="a",x="} 9"} 42 1395066363000\ngo_memstats_sys_bytes NaN'
    expect(parsePrometheus(text)).toMatchObject({ heapInuseBytes: 42, sysBytes: null })
  })

  it('refuses a page about several processes', () => {
    const text = 'go_memstats_sys_bytes{instance="a"} 1\ngo_memstats_sys_bytes{instance="b"} 2\n'
    expect(() => parsePrometheus(text)).toThrow(
      expect.objectContaining({ hint: 'go.endpoint.manyProcesses' }) as Error,
    )
  })

  it.each([
    '',
    'up 1\n',
    'go_info{version="go1.19"} 1\n',
    'process_resident_memory_bytes 5\n',
    '<html>',
    'xgo_memstats_sys_bytes 1',
  ])('refuses what has no memory of Go: %#', (text) => expect(() => parsePrometheus(text)).toThrow(AppError))

  it('throws nothing but AppError, and gives no negative or infinite number', () => {
    const line = fc
      .tuple(fc.constantFrom(...metrics.split('\n'), 'go_memstats_sys_bytes'), fc.string())
      .map((pair) => pair.join(' '))
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
        throwsOnlyAppError(() => {
          for (const value of Object.values(parsePrometheus(lines.join('\n')))) {
            expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true)
          }
        })
      }),
    )
  })
})

describe('heap?debug=1', () => {
  it('takes the trailer, never the header', () => {
    expect(scan([heapStart + trailer])).toEqual(numbers)
  })

  it('keeps the end of a huge answer in little memory', () => {
    const scanner = new HeapDebug1Scanner()
    const stack = new TextEncoder().encode(
      '1: 8 [1: 8] @ 0x1 0x2\n#\t0x1\t# runtime.MemStats\tmain.go:1\n'.repeat(2000),
    )
    scanner.push(new TextEncoder().encode(heapStart))
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 1000; i++) scanner.push(stack)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
    scanner.push(new TextEncoder().encode(trailer))
    expect(scanner.totalBytes).toBeGreaterThan(100e6)
    expect(scanner.finish()).toEqual(numbers)
  })

  it('gives the same for every way of cutting the answer', () => {
    const filler = '1: 8 [1: 8] @ 0x1\n'.repeat(4000)
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1 }),
        (fill, sizes) => {
          const whole = heapStart + filler.slice(0, fill * 14) + '\n' + trailer
          const chunks: string[] = []
          for (let at = 0, i = 0; at < whole.length; i++) {
            const size = sizes[i % sizes.length] ?? 1
            chunks.push(whole.slice(at, at + size))
            at += size
          }
          expect(scan(chunks.length > 20_000 ? [whole] : chunks)).toEqual(numbers)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses an answer that is something else at its first bytes', () => {
    const scanner = new HeapDebug1Scanner()
    scanner.push(new TextEncoder().encode('he'))
    expect(() => scanner.push(new TextEncoder().encode('llo'))).toThrow(AppError)
  })

  it('refuses an answer that ends early', () => {
    expect(() => scan([heapStart])).toThrow(AppError)
    expect(() => scan([])).toThrow(AppError)
  })

  it('throws nothing but AppError', () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        throwsOnlyAppError(() => parseHeapDebug1Trailer(`# runtime.MemStats\n${text}`)),
      ),
    )
  })
})

function scan(chunks: readonly string[]): unknown {
  const scanner = new HeapDebug1Scanner()
  for (const chunk of chunks) scanner.push(new TextEncoder().encode(chunk))
  return scanner.finish()
}

function throwsOnlyAppError(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
  }
}
