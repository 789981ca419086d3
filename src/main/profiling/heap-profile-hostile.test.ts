import { createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { formatText, sharedText } from '#core/text/catalogue'
import {
  cleanUpHosts,
  cleanups,
  listen,
  startHost,
  stream,
  type Answer,
} from '../../../test/support/endpoint-host'
import { until } from '../../../test/support/go-service'
import { openRemoteStandIn } from '../../../test/support/remote-stand-in'
import { openLocalTarget } from '../targets/local-target'
import type { Target } from '../targets/target'
import { parseEndpointUrl } from './endpoint-url'
import { fetchHeapProfile } from './heap-profile'

const mib = 1024 * 1024
const limits = { connectMs: 500, silenceMs: 400, totalMs: 1500, maxBytes: 4 * mib }
const key = { pid: 2 ** 22 + 1, startTimeTicks: 1 }
const local = openLocalTarget()
/** period_type, period, two sample types, a string: how Go begins a heap profile. */
const profile = Buffer.from([
  0x5a, 4, 8, 1, 16, 2, 0x60, 1, 0x0a, 4, 8, 3, 16, 4, 0x0a, 4, 8, 5, 16, 2, 0x32, 0,
])
const zipped = gzipSync(profile)
const noise = Buffer.alloc(mib, 0x91)

afterEach(cleanUpHosts)
afterAll(() => local.dispose())

function fetchFrom(url: string, target: Target = local, signal = new AbortController().signal) {
  const endpoint = parseEndpointUrl(url)
  return fetchHeapProfile({ target, key, endpoint, isTyped: true, maySearch: false, limits }, signal)
}

const sendHead = Buffer.concat([zipped.subarray(0, 10), noise])

const hostile: { name: string; code: string; hint: string; answer: Answer }[] = [
  {
    name: 'has no pprof',
    code: 'unsupported',
    hint: 'profileFetch.noPprof',
    answer: (response) => response.writeHead(404).end('404 page not found'),
  },
  {
    name: 'redirects',
    code: 'refused',
    hint: 'go.endpoint.redirect',
    answer: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  },
  {
    name: 'wants a login',
    code: 'permission-denied',
    hint: 'go.endpoint.denied',
    answer: (response) => response.writeHead(401).end(),
  },
  {
    name: 'never answers',
    code: 'timeout',
    hint: 'go.endpoint.timeoutFirstByte',
    answer: () => undefined,
  },
  {
    name: 'stalls in the middle',
    code: 'timeout',
    hint: 'go.endpoint.timeoutStalled',
    answer: (response) => response.writeHead(200).write(zipped.subarray(0, 20)),
  },
  {
    name: 'drips for ever',
    code: 'timeout',
    hint: 'go.endpoint.timeoutTotal',
    answer: (response) => {
      const timer = setInterval(() => response.write(zipped.subarray(0, 1)), 50)
      response.on('close', () => clearInterval(timer))
    },
  },
  {
    name: 'sends gzip for ever',
    code: 'too-large',
    hint: 'go.endpoint.tooLarge',
    answer: (response) => {
      response.write(sendHead)
      stream(response, noise)
    },
  },
  {
    name: 'says that it is larger than all limits',
    code: 'too-large',
    hint: 'go.endpoint.tooLarge',
    answer: (response) => {
      response.writeHead(200, { 'content-length': `${2 ** 40}` }).write(zipped)
      stream(response, noise)
    },
  },
  {
    name: 'sends text for ever',
    code: 'parse',
    hint: 'profileFetch.notProfile',
    answer: (response) => stream(response, Buffer.alloc(mib, 'heap profile: ')),
  },
  {
    name: 'sends a page',
    code: 'parse',
    hint: 'profileFetch.notProfile',
    answer: (response) => response.end('<!doctype html><p>hello'),
  },
  {
    name: 'sends a page, zipped',
    code: 'parse',
    hint: 'profileFetch.notProfile',
    answer: (response) => response.end(gzipSync('<!doctype html><p>hello')),
  },
  {
    name: 'sends gzip of nothing',
    code: 'parse',
    hint: 'profileFetch.notProfile',
    answer: (response) => response.end(gzipSync('')),
  },
  {
    name: 'sends a broken gzip',
    code: 'parse',
    hint: 'profileFetch.notProfile',
    answer: (response) => response.end(Buffer.concat([zipped.subarray(0, 3), noise.subarray(0, 100)])),
  },
  {
    name: 'sends nothing',
    code: 'parse',
    hint: 'go.endpoint.empty',
    answer: (response) => response.end(),
  },
  {
    name: 'closes in the middle',
    code: 'unreachable',
    hint: 'go.endpoint.closed',
    answer: (response, socket) => {
      response.writeHead(200, { 'content-length': '5000' }).write(zipped)
      setTimeout(() => socket.destroy(), 20)
    },
  },
  {
    name: 'is no HTTP',
    code: 'parse',
    hint: 'go.endpoint.notHttp',
    answer: (_, socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'),
  },
]

describe('a heap profile from a service that', () => {
  it.each(hostile)('$name is refused, and why is said', async ({ code, hint, answer }) => {
    const host = await startHost(answer)
    await expect(fetchFrom(host.url)).rejects.toMatchObject({ code, hint })
    for (const locale of ['en', 'zh-CN'] as const) expect(formatText(locale, hint)).not.toBe(hint)
    // No connection stays open, and little more than the limit was taken.
    expect(host.sentBytes()).toBeLessThan(limits.maxBytes + 16 * mib)
    expect(host.requests).toEqual(['/debug/pprof/heap'])
  })

  it('does not read to the end what can be no profile', async () => {
    const host = await startHost((response) => stream(response, Buffer.alloc(mib, 'heap profile: ')))
    const endpoint = parseEndpointUrl(host.url)
    const source = { target: local, key, endpoint, isTyped: true, maySearch: false }
    // Without the test's limits: 64 MiB and two minutes.
    await expect(fetchHeapProfile(source, new AbortController().signal)).rejects.toMatchObject({
      hint: 'profileFetch.notProfile',
    })
    expect(host.sentBytes()).toBeLessThan(16 * mib)
  })
})

describe('a heap profile', () => {
  it('comes as it was sent, also in pieces of a byte', async () => {
    const host = await startHost((response) => {
      for (const byte of zipped) response.write(Buffer.from([byte]))
      response.end()
    })
    const fetched = await fetchFrom(host.url)
    expect(Buffer.from(fetched.bytes)).toEqual(zipped)
    expect(fetched.url).toBe(host.url.replace('/debug/vars', '/debug/pprof/heap'))
    expect(fetched.bytes.buffer.byteLength).toBe(zipped.length)
  })

  it('is taken out of the gzip of a proxy, and packed again when a proxy unpacked it', async () => {
    const twice = await startHost((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(zipped)),
    )
    expect(Buffer.from((await fetchFrom(twice.url)).bytes)).toEqual(zipped)
    const plain = await startHost((response) => response.end(profile))
    const { bytes } = await fetchFrom(plain.url)
    expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b])
  })

  it('is looked for at the usual place when there is none beside the endpoint', async () => {
    const host = await startHost((response) => {
      if (host.requests.at(-1) === '/debug/pprof/heap') response.end(zipped)
      else response.writeHead(404).end()
    })
    await fetchFrom(host.url.replace('/debug/vars', '/admin/metrics'))
    expect(host.requests).toEqual(['/admin/debug/pprof/heap', '/debug/pprof/heap'])
  })

  it('is no longer fetched when nobody wants it', async () => {
    const host = await startHost((response) => response.writeHead(200).write(zipped.subarray(0, 20)))
    const abort = new AbortController()
    const fetched = fetchFrom(host.url, local, abort.signal)
    await until(
      () => host.requests.length,
      (count) => count === 1,
    )
    abort.abort()
    await expect(fetched).rejects.toMatchObject({ code: 'cancelled' })
    await expect(fetchFrom(host.url, local, abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect(host.requests).toHaveLength(1)
  })

  it('says so when the link to the host is lost on the way', async () => {
    const standIn = openRemoteStandIn('ssh:a')
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.once('data', () => {
        standIn.lose()
        socket.destroy()
      })
    })
    const port = await listen(server)
    cleanups.push(() => void server.close())
    await expect(fetchFrom(`127.0.0.1:${port}/metrics`, standIn.target)).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'profileFetch.linkLost',
    })
    await expect(fetchFrom(`127.0.0.1:${port}/metrics`, standIn.target)).rejects.toMatchObject({
      hint: 'profileFetch.linkLost',
    })
    await standIn.target.dispose()
  })
})

it('says the same in both languages', () => {
  for (const area of ['profileFetch', 'event'] as const) {
    const en = area === 'event' ? sharedText.en.event.profile : sharedText.en[area]
    const zh = area === 'event' ? sharedText['zh-CN'].event.profile : sharedText['zh-CN'][area]
    expect(Object.keys(zh)).toEqual(Object.keys(en))
    for (const [name, text] of Object.entries(en)) {
      const parameters = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort()
      expect(parameters((zh as Record<string, string>)[name] ?? ''), name).toEqual(parameters(text))
    }
  }
})
