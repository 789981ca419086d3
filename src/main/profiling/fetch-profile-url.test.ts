import { createServer } from 'node:http'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchProfileUrl, isProfileUrl, parseProfileUrl } from './fetch-profile-url'
import type { Connect } from './http-client'

const connect: Connect = (address, port) =>
  new Promise((resolve, reject) => {
    const socket = connectTcp(port, address, () => resolve(socket))
    socket.once('error', reject)
  })

describe('parseProfileUrl', () => {
  it.each([
    ['http://h:6060', '/debug/pprof/heap'],
    ['http://h:6060/', '/debug/pprof/heap'],
    ['http://h/debug/pprof/allocs', '/debug/pprof/allocs'],
    ['http://h/x/debug/pprof/profile?seconds=5&token=a%2Fb', '/x/debug/pprof/profile?seconds=5&token=a%2Fb'],
    ['http://h/debug/pprof/heap?debug=1', '/debug/pprof/heap'],
    ['https://user:word@h/p?Debug=2&x=1#f', '/p?x=1'],
  ])('asks %s for %s', (text, path) => {
    expect(parseProfileUrl(text)).toMatchObject({ host: 'h', path })
    expect(parseProfileUrl(text).shownUrl).not.toContain('word')
  })

  it('keeps user and password for the request', () => {
    expect(parseProfileUrl('https://user:word@h/p')).toMatchObject({
      auth: 'user:word',
      isTls: true,
      port: 443,
    })
  })

  it.each(['http://h/debug/pprof/heap?gc=1', 'http://h/?GC=0', 'http://', 'http://h:99999/x'])(
    'refuses %s',
    (text) => {
      expect(() => parseProfileUrl(text)).toThrow(expect.objectContaining({ code: 'invalid' }))
    },
  )

  it('tells an address from a file', () => {
    expect(
      ['http://h', 'HTTPS://h/x', 'heap.pb.gz', 'http', '/http://x', 'ftp://h'].map(isProfileUrl),
    ).toEqual([true, true, false, false, false, false])
  })
})

describe('fetchProfileUrl', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  async function serve(status: number, body: Uint8Array | null): Promise<string> {
    const server = createServer((_, response) => {
      response.writeHead(status, { location: '/else' })
      if (body !== null) response.end(body)
    })
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('gives the bytes as they came', async () => {
    const body = Uint8Array.from({ length: 100_000 }, (_, index) => index & 0xff)
    const url = await serve(200, body)
    expect(await fetchProfileUrl(url, connect, new AbortController().signal)).toEqual(body)
  })

  it.each([
    [302, new Uint8Array(0), 'refused'],
    [404, new Uint8Array(0), 'unsupported'],
    [200, new Uint8Array(0), 'parse'],
  ] as const)('rejects a status of %i', async (status, body, code) => {
    const url = await serve(status, body)
    await expect(fetchProfileUrl(url, connect, new AbortController().signal)).rejects.toMatchObject({ code })
  })

  it('ends with its signal', async () => {
    const url = await serve(200, null)
    const controller = new AbortController()
    const answer = fetchProfileUrl(url, connect, controller.signal)
    controller.abort()
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
  })
})
