import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { createMemoryChannel } from './memory-channel'
import { createRpcClient, createRpcServer, type MessageChannelEnd } from './rpc'

type TestMethods = {
  double: (params: { value: number }) => number
  fails: (params: null) => null
  crashes: (params: null) => null
}
type TestEvents = { tick: number; rows: Float64Array }

function createThreadChannel(): [MessageChannelEnd, MessageChannelEnd] {
  const { port1, port2 } = new MessageChannel()
  const [a, b] = [port1, port2].map((port): MessageChannelEnd => ({
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  })) as [MessageChannelEnd, MessageChannelEnd]
  return [a, b]
}

describe.each([
  ['in memory', createMemoryChannel],
  ['over a message port', createThreadChannel],
])('rpc %s', (_name, createChannel) => {
  const open: { close: () => void }[] = []
  afterEach(() => open.splice(0).forEach((end) => end.close()))

  function connect() {
    const [near, far] = createChannel()
    const server = createRpcServer<TestMethods, TestEvents>(far, {
      double: {
        validate(raw) {
          const value = (raw as { value?: unknown } | null)?.value
          if (typeof value !== 'number') throw new AppError('invalid', 'value: not a number')
          return { value }
        },
        handle: ({ value }) => value * 2,
      },
      fails: {
        validate: () => null,
        handle: () => {
          throw new AppError('gone', 'it ended', { hint: 'error.code.gone', params: { pid: 7 } })
        },
      },
      crashes: {
        validate: () => null,
        handle: () => {
          throw new TypeError('x is not a function')
        },
      },
    })
    const client = createRpcClient<TestMethods, TestEvents>(near)
    open.push(client, server)
    return { client, server, near }
  }

  it('answers', async () => {
    expect(await connect().client.call('double', { value: 21 })).toBe(42)
  })

  it('keeps code, hint and parameters of an error', async () => {
    await expect(connect().client.call('fails', null)).rejects.toMatchObject({
      code: 'gone',
      message: 'it ended',
      hint: 'error.code.gone',
      params: { pid: 7 },
    })
  })

  it('turns any other error into a failed one', async () => {
    await expect(connect().client.call('crashes', null)).rejects.toMatchObject({ code: 'failed' })
  })

  it('refuses parameters that do not fit, and methods that are not there', async () => {
    const { client } = connect()
    await expect(client.call('double', { value: 'x' as unknown as number })).rejects.toMatchObject({
      code: 'invalid',
    })
    for (const name of ['nothing', '__proto__', 'constructor']) {
      await expect(client.call(name as 'fails', null)).rejects.toMatchObject({ code: 'unsupported' })
    }
  })

  it('ignores messages that are none of its own', async () => {
    const { client, near } = connect()
    for (const junk of [
      null,
      1,
      'x',
      {},
      { kind: 'request' },
      { kind: 'reply', id: 9, result: {} },
      { kind: 'events' },
      { kind: 'events', events: [null] },
    ]) {
      near.post(junk)
    }
    expect(await client.call('double', { value: 1 })).toBe(2)
  })

  it('delivers events with typed arrays until told not to', async () => {
    const { client, server } = connect()
    const seen: number[] = []
    const rows = new Promise<Float64Array>((resolve) => client.on('rows', resolve))
    const stop = client.on('tick', (value) => seen.push(value))
    server.emit('tick', 1)
    server.emit('rows', new Float64Array([1, Number.NaN]))
    expect([...(await rows)]).toEqual([1, Number.NaN])
    stop()
    server.emit('tick', 2)
    await client.call('double', { value: 1 })
    expect(seen).toEqual([1])
  })

  it('sends the events of one turn as one message, in order with the replies', async () => {
    const { client, server, near } = connect()
    const messages: string[] = []
    near.onMessage((message) => messages.push((message as { kind: string }).kind))
    const seen: number[] = []
    client.on('tick', (value) => seen.push(value))
    server.emit('tick', 1)
    server.emit('tick', 2)
    server.emit('tick', 3)
    await client.call('double', { value: 1 })
    expect(seen).toEqual([1, 2, 3])
    expect(messages).toEqual(['events', 'reply'])
  })

  it('rejects what is pending when the connection ends, on either side', async () => {
    const { client, server } = connect()
    const closed = new Promise<void>((resolve) => client.onClose(resolve))
    server.close()
    await closed
    await expect(client.call('double', { value: 1 })).rejects.toMatchObject({ code: 'unreachable' })
  })
})
