import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { createGzip } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { goText } from '#core/text/go'
import {
  cleanUpHosts,
  cleanups,
  good,
  listen,
  pollUrl,
  sendGood,
  startHost,
  stream,
  type Answer,
} from '../../../test/support/endpoint-host'
import { until } from '../../../test/support/go-service'

const mib = 1024 * 1024
afterEach(cleanUpHosts)

const zeros = Buffer.alloc(mib)

const hostile: { name: string; hint: string; answer: Answer; path?: string }[] = [
  {
    name: 'redirects',
    hint: 'redirect',
    answer: (response) => response.writeHead(302, { location: '/debug/vars' }).end(),
  },
  { name: 'hangs before the header', hint: 'timeoutFirstByte', answer: () => undefined },
  {
    name: 'hangs in the middle',
    hint: 'timeoutStalled',
    answer: (response) => response.writeHead(200, { 'content-length': '5000' }).write(good),
  },
  {
    name: 'drips for ever',
    hint: 'timeoutTotal',
    answer: (response) => {
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    },
  },
  { name: 'streams for ever', hint: 'tooLarge', answer: (response) => stream(response, zeros) },
  {
    name: 'sends 4 GB of zeros gzipped',
    hint: 'tooLarge',
    answer: (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      const gzip = createGzip({ level: 1 })
      gzip.pipe(response)
      response.on('close', () => gzip.destroy())
      let left = 4096
      const go = (): void => {
        while (left > 0 && !gzip.destroyed) {
          left--
          if (!gzip.write(zeros)) return void gzip.once('drain', go)
        }
        gzip.end()
      }
      go()
    },
  },
  {
    name: 'sends broken gzip',
    hint: 'badEncoding',
    answer: (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  },
  {
    name: 'sends an unknown encoding',
    hint: 'badEncoding',
    answer: (response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
  },
  {
    name: 'sends HTML',
    hint: 'html',
    answer: (response) => response.setHeader('content-type', 'text/html').end('<!doctype html><p>hello'),
  },
  {
    name: 'sends the JSON of another service',
    hint: 'notGo',
    answer: (response) => response.end('{"status":"ok","memstats":"none"}'),
  },
  { name: 'sends an empty body', hint: 'empty', answer: (response) => response.end() },
  {
    name: 'answers 500',
    hint: 'status',
    answer: (response) => response.writeHead(500).end('x'.repeat(100_000)),
  },
  { name: 'answers 401', hint: 'denied', answer: (response) => response.writeHead(401).end() },
  { name: 'answers 404', hint: 'notFound', answer: (response) => response.writeHead(404).end() },
  { name: 'resets the connection', hint: 'closed', answer: (_, socket) => socket.resetAndDestroy() },
  {
    name: 'closes in the middle',
    hint: 'closed',
    answer: (response, socket) => {
      response.writeHead(200, { 'content-length': '5000' }).write(good)
      setTimeout(() => socket.destroy(), 20)
    },
  },
  {
    name: 'sends a header line without end',
    hint: 'headerTooLarge',
    answer: (_, socket) => socket.write('HTTP/1.1 200 OK\r\nx: ') && stream(socket, zeros.fill(97)),
  },
  {
    name: 'sends garbage as chunks',
    hint: 'notHttp',
    answer: (_, socket) =>
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'),
  },
  {
    name: 'does not speak HTTP',
    hint: 'notHttp',
    answer: (_, socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
  },
  {
    name: 'sends 100 Continue for ever',
    hint: 'timeoutFirstByte',
    answer: (_, socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    },
  },
  {
    name: 'streams what is no profile',
    hint: 'notGo',
    path: '/debug/pprof/heap',
    answer: (response) => stream(response, zeros),
  },
  {
    name: 'sends a page as profile',
    hint: 'html',
    path: '/debug/pprof/heap',
    answer: (response) => response.end('<html>'),
  },
  {
    name: 'ends a profile early',
    hint: 'notGo',
    path: '/debug/pprof/heap',
    answer: (response) => response.end('heap profile: 1: 2 [3: 4] @ heap/1048576\n'),
  },
  {
    name: 'streams metrics for ever',
    hint: 'tooLarge',
    path: '/metrics',
    answer: (response) => stream(response, Buffer.from('up 1\n'.repeat(10_000))),
  },
]

describe('an endpoint that', () => {
  it.each(hostile)('$name: a clear state, and the poll goes on', async ({ hint, answer, path }) => {
    const service = await startHost(answer)
    const before = process.memoryUsage().rss
    const poller = pollUrl(service.url.replace('/debug/vars', path ?? '/debug/vars'))
    await until(
      () => poller.state,
      ({ phase }) => phase === 'error',
    )
    expect(poller.state.error?.hint).toBe(`go.endpoint.${hint}`)
    expect(Object.keys(goText.en.endpoint)).toContain(hint)
    expect(poller.state.intervalMs).toBeGreaterThanOrEqual(2000)
    // 8 MiB of metrics at most, and what the kernel's socket buffers hold on the way.
    expect(service.sentBytes()).toBeLessThan(32 * mib)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * mib)
    expect(poller.sample).toBeNull()
    const asked = service.requests.length
    await until(
      () => service.requests.length,
      (count) => count > asked,
    )
    service.become(sendGood)
    if (path !== '/debug/pprof/heap') {
      await until(
        () => poller.state,
        ({ phase }) => phase === 'ok',
      )
      expect(poller.sample?.heapInuseBytes).toBe(12345678)
      expect(poller.state).toMatchObject({ error: null, source: 'expvar' })
    }
  })

  it('streams a profile for ever is stopped, with its reason, and asked again much later', async () => {
    const service = await startHost((response) => {
      response.write('heap profile: 1: 2 [3: 4] @ heap/1048576\n')
      stream(response, Buffer.from('1: 8 [1: 8] @ 0x1\n'.repeat(5000)))
    })
    const poller = pollUrl(service.url.replace('/debug/vars', '/debug/pprof/heap'))
    await until(
      () => poller.state,
      ({ phase }) => phase === 'stopped',
      15_000,
    )
    expect(poller.state.error?.hint).toMatch(/go.endpoint.(tooLarge|timeoutTotal)/)
    expect(poller.state.intervalMs).toBeGreaterThanOrEqual(60_000)
    expect(service.sentBytes()).toBeLessThan(300 * mib)
    expect(service.requests).toHaveLength(1)
  })

  it('has a dear profile is stopped after one answer, and asked once more by a person', async () => {
    const filler = Buffer.from('1: 8 [1: 8] @ 0x1\n'.repeat(58_000))
    const service = await startHost((response) => {
      response.write('heap profile: 1: 2 [3: 4] @ heap/1048576\n')
      let left = 66
      const go = (): void => {
        while (left-- > 0) if (!response.write(filler)) return void response.once('drain', go)
        response.end('# runtime.MemStats\n# HeapInuse = 4096\n')
      }
      go()
    })
    // A busy machine takes its time for 66 MB: the size is what stops it, not the clock.
    const url = service.url.replace('/debug/vars', '/debug/pprof/heap?debug=1')
    const poller = pollUrl(url, { totalMs: 20_000 })
    await until(
      () => poller.state,
      ({ phase }) => phase === 'stopped',
      20_000,
    )
    expect(poller.state).toMatchObject({ intervalMs: null, error: { hint: 'go.endpoint.tooDear' } })
    expect(poller.sample?.heapInuseBytes).toBe(4096)
    const firstAtMs = poller.sample?.atMs ?? 0
    poller.askOnce()
    await until(
      () => poller.sample?.atMs ?? 0,
      (atMs) => atMs > firstAtMs,
      20_000,
    )
    expect(poller.state.phase).toBe('stopped')
    expect(service.requests).toEqual(['/debug/pprof/heap?debug=1', '/debug/pprof/heap?debug=1'])
  }, 45_000)

  it('is not there, then is', async () => {
    const closed = createTcpServer()
    const port = await listen(closed)
    await new Promise((resolve) => closed.close(resolve))
    const poller = pollUrl(`http://127.0.0.1:${port}/debug/vars`)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'error',
    )
    expect(poller.state.error).toMatchObject({ code: 'unreachable', hint: 'go.endpoint.unreachable' })
    const server = createServer((_, response) => void response.end(good))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    cleanups.push(() => server.close())
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
  })

  it('accepts no connection', async () => {
    const poller = pollUrl('http://127.0.0.1:9/debug/vars', {
      from: { connect: () => new Promise(() => undefined) },
    })
    await until(
      () => poller.state,
      ({ phase }) => phase === 'error',
    )
    expect(poller.state.error?.hint).toBe('go.endpoint.timeoutConnect')
  })

  it('speaks plain HTTP where TLS was asked for', async () => {
    const service = await startHost(sendGood)
    const poller = pollUrl(service.url.replace('http:', 'https:'))
    await until(
      () => poller.state,
      ({ phase }) => phase === 'error',
    )
    expect(poller.state.error?.hint).toBe('go.endpoint.tls')
  })
})
