import { createServer } from 'node:http'
import { duplexPair } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanUpHosts, good, pollUrl, sendGood, startHost } from '../../../test/support/endpoint-host'
import { until } from '../../../test/support/go-service'

afterEach(cleanUpHosts)

describe('the connection', () => {
  it('is kept from poll to poll, and a closed one is replaced without an error', async () => {
    const ports = new Set<number>()
    const service = await startHost((response, socket) => {
      ports.add(socket.remotePort ?? 0)
      sendGood(response, socket)
    })
    const phases = new Set<string>()
    const poller = pollUrl(service.url)
    await until(
      () => {
        phases.add(poller.state.phase)
        return service.requests.length
      },
      (count) => count >= 6,
    )
    expect(ports.size).toBe(1)
    expect(phases).toEqual(new Set(['searching', 'ok']))
    service.become((response, socket) => {
      ports.add(socket.remotePort ?? 0)
      response.on('finish', () => setTimeout(() => socket.destroy(), 5))
      sendGood(response, socket)
    })
    const asked = service.requests.length
    await until(
      () => {
        phases.add(poller.state.phase)
        return service.requests.length
      },
      (count) => count >= asked + 6,
    )
    expect(ports.size).toBeGreaterThan(3)
    expect(phases).toEqual(new Set(['searching', 'ok']))
  })

  it('gathers no listeners while it is used again and again', async () => {
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(String(warning))
    process.on('warning', note)
    try {
      const service = await startHost(sendGood)
      pollUrl(service.url)
      await until(
        () => service.requests.length,
        (count) => count >= 20,
      )
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', note)
    }
  })

  it('takes a gzipped answer although it did not ask for one', async () => {
    const service = await startHost((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(good)),
    )
    const poller = pollUrl(service.url)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
    expect(poller.state.bytes).toBe(gzipSync(good).length)
    expect(poller.sample?.heapInuseBytes).toBe(12345678)
  })

  it('may be any stream, as over SSH', async () => {
    const server = createServer((_, response) => void response.end(good))
    const poller = pollUrl('http://host.example:6060/debug/vars', {
      from: {
        connect: () => {
          const [near, far] = duplexPair()
          server.emit('connection', far)
          return Promise.resolve(near)
        },
      },
    })
    const first = await until(
      () => poller.sample?.atMs ?? 0,
      (atMs) => atMs > 0,
    )
    await until(
      () => poller.sample?.atMs ?? 0,
      (atMs) => atMs > first,
    )
    expect(poller.state.phase).toBe('ok')
  })

  it('ends with the poller, and no later answer is heard', async () => {
    const service = await startHost(() => undefined)
    const poller = pollUrl(service.url)
    await until(
      () => service.requests.length,
      (count) => count === 1,
    )
    const { state } = poller
    poller.close()
    service.become(sendGood)
    expect(() => poller.askOnce()).not.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(poller.state).toEqual(state)
    expect(service.requests).toHaveLength(1)
  })
})
