import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import { toEndpointUrl } from '#main/profiling/endpoint-url'
import { createHttpClient } from '#main/profiling/http-client'
import { listMarked } from '../../../../test/support/process-list'
import { openExecLink } from '../exec/exec-link'
import { createShellConnect, type ShellConnect, type ShellConnectOptions } from './shell-connect'
import type { ShellLink } from './shell-link'

const waitLimit = { timeout: 8000, interval: 20 }
const limits = { connectMs: 5000, silenceMs: 5000, totalMs: 10_000, maxBytes: 32 * 1024 * 1024 }
const markName = 'BALLONET_TEST_MARK'
const mark = `connect-${process.pid}`

let link: ShellLink
let server: Server
let port: number
let asked: IncomingMessage[]
let sockets: Set<Socket>
let connects: ShellConnect[]

beforeEach(async () => {
  process.env[markName] = mark
  link = openExecLink('sh')
  asked = []
  sockets = new Set()
  connects = []
  server = createHttpServer((request, response) => {
    asked.push(request)
    if (request.url === '/big') response.end(Buffer.alloc(3_000_000, 'ab'))
    else if (request.url === '/chunks') {
      response.write('one ')
      response.end('two')
    } else if (request.url === '/moved') response.writeHead(302, { location: '/' }).end()
    else if (request.url === '/hang') response.flushHeaders()
    else response.writeHead(request.url === '/missing' ? 404 : 200).end(`at ${request.url}`)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  port = await listen(server)
})

afterEach(async () => {
  for (const connect of connects) connect.close()
  // Nothing stays on the target: neither a process nor a connection.
  await vi.waitFor(() => expect(listMarked(`${markName}=${mark}`)).toEqual([]), waitLimit)
  await vi.waitFor(() => expect(sockets.size).toBe(0), waitLimit)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await link.dispose()
  Reflect.deleteProperty(process.env, markName)
})

async function listen(on: {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
}) {
  await new Promise<void>((resolve) => on.listen(0, '127.0.0.1', resolve))
  return (on.address() as AddressInfo).port
}

function makeConnect(tools?: ShellConnectOptions['tools'], from: ShellLink = link): ShellConnect {
  const made = createShellConnect({
    link: from,
    openShell: (signal) => from.openShell(signal),
    ...(tools === undefined ? {} : { tools }),
  })
  connects.push(made)
  return made
}

function makeClient(connect: ShellConnect, auth: string | null = null) {
  return createHttpClient({ ...toEndpointUrl('127.0.0.1', port), auth }, (address, at, timeoutMs) =>
    connect.connect(address, at, timeoutMs),
  )
}

async function get(client: ReturnType<typeof createHttpClient>, path: string): Promise<string> {
  const chunks: Uint8Array[] = []
  await client.get(path, limits, (chunk) => void chunks.push(chunk))
  return Buffer.concat(chunks).toString('latin1')
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const raw = [['bash'], ['busybox']] as const
const all = [...raw, ['curl'], ['wget']] as const

describe.each(all.map((tools) => [tools[0], tools] as const))('an endpoint asked by %s', (name, tools) => {
  const isRaw = name === 'bash' || name === 'busybox'

  it('answers as it would without it', async () => {
    const client = makeClient(makeConnect(tools))
    const path = '/a?b=%20[1]{2}&c="\'$HOME`id`'
    // wget encodes what it thinks has to be: the same address all the same.
    expect(decodeURI(await get(client, path))).toBe(decodeURI(`at ${path}`))
    expect(await get(client, '/chunks')).toBe('one two')
    expect((await get(client, '/big')).length).toBe(3_000_000)
    expect(new Set(asked.map(({ headers }) => headers['host'])).size).toBe(1)
    expect(sockets.size).toBe(isRaw ? 1 : 0)
    client.close()
  })

  it('tells a status as it is, and follows nothing', async () => {
    const client = makeClient(makeConnect(tools))
    await expect(get(client, '/missing')).rejects.toMatchObject({
      code: 'unsupported',
      params: { status: 404 },
    })
    await expect(get(client, '/moved')).rejects.toMatchObject({ code: 'refused', params: { status: 302 } })
    expect(asked.map(({ url }) => url)).toEqual(['/missing', '/moved'])
    client.close()
  })

  it('says that nobody listens', async () => {
    const other = createServer()
    const closed = await listen(other)
    await new Promise((resolve) => other.close(resolve))
    const connect = makeConnect(tools)
    const client = createHttpClient(toEndpointUrl('127.0.0.1', closed), (address, at, timeoutMs) =>
      connect.connect(address, at, timeoutMs),
    )
    await expect(get(client, '/')).rejects.toMatchObject({ code: 'unreachable' })
    if (name !== 'wget')
      await expect(connect.connect('127.0.0.1', closed, 5000)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('ends what waits for an answer when it is closed', async () => {
    const client = makeClient(makeConnect(tools))
    const pending = get(client, '/hang')
    await vi.waitFor(() => expect(asked).toHaveLength(1), waitLimit)
    client.close()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('gives a password to the endpoint and to no list of processes', async () => {
    const client = makeClient(makeConnect(tools), 'user:secret-word')
    const pending = get(client, '/hang')
    if (name === 'wget') {
      await expect(pending).rejects.toMatchObject({ hint: 'connection.connect.noPassword' })
      return
    }
    await vi.waitFor(() => expect(asked).toHaveLength(1), waitLimit)
    const encoded = Buffer.from('user:secret-word').toString('base64')
    expect(asked[0]?.headers.authorization).toBe(`Basic ${encoded}`)
    const seen = listMarked(`${markName}=${mark}`).map(({ cmdline }) => cmdline)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.join('\n')).not.toMatch(new RegExp(`${encoded}|secret-word`))
    client.close()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe.each(raw.map((tools) => [tools[0], tools] as const))('a raw connection by %s', (_, tools) => {
  it('carries any bytes, both ways, and ends with the other side', async () => {
    const echo = createServer((socket) => socket.once('data', (data) => socket.end(data)))
    const at = await listen(echo)
    const stream = await makeConnect(tools).connect('127.0.0.1', at, 5000)
    const bytes = Buffer.from([0, 1, 10, 13, 255, 254, 27, 39])
    stream.write(bytes)
    expect(await readAll(stream)).toEqual(bytes)
    await new Promise((resolve) => echo.close(resolve))
  })

  it('ends the other side’s connection when it is destroyed', async () => {
    const opened = new Set<Socket>()
    const silent = createServer((socket) => {
      opened.add(socket)
      socket.on('error', () => undefined).once('close', () => opened.delete(socket))
    })
    const at = await listen(silent)
    const stream = await makeConnect(tools).connect('127.0.0.1', at, 5000)
    await vi.waitFor(() => expect(opened.size).toBe(1), waitLimit)
    stream.destroy()
    await vi.waitFor(() => expect(opened.size).toBe(0), waitLimit)
    await new Promise((resolve) => silent.close(resolve))
  })
})

describe('createShellConnect', () => {
  it.each([
    ['-oProxyCommand=x', 80],
    ['a b', 80],
    ['$(id)', 80],
    ['a;b', 80],
    ["a'b", 80],
    ['a/b', 80],
    ['', 80],
    ['a\nb', 80],
    ['x'.repeat(254), 80],
    ['127.0.0.1', 0],
    ['127.0.0.1', 65_536],
    ['127.0.0.1', 1.5],
    ['127.0.0.1', NaN],
  ])('refuses %j:%d', async (address, at) => {
    await expect(makeConnect().connect(address, at, 1000)).rejects.toMatchObject({ code: 'invalid' })
  })

  it('gives up in time, and when it is closed', async () => {
    const stuck = openExecLink('sh -c "sleep 60"')
    const connect = makeConnect(undefined, stuck)
    await expect(connect.connect('127.0.0.1', port, 300)).rejects.toMatchObject({ code: 'timeout' })
    const pending = connect.connect('127.0.0.1', port, 10_000)
    connect.close()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
    await stuck.dispose()
  })

  it('says that the target has no tool', async () => {
    const bare = makeConnect(['ncat'])
    await expect(bare.connect('127.0.0.1', port, 5000)).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'connection.connect.noTool',
    })
  })

  it('asks a link that does not forward once, and one that refuses an address each time', async () => {
    const code = { next: 'unreachable' as 'unreachable' | 'unsupported' }
    const forward = vi.fn(() => Promise.reject(new AppError(code.next, 'no')))
    const connect = makeConnect(undefined, { ...link, connect: forward })
    await expect(connect.connect('127.0.0.1', port, 5000)).rejects.toMatchObject({ code: 'unreachable' })
    code.next = 'unsupported'
    const first = await connect.connect('127.0.0.1', port, 5000)
    const second = await connect.connect('127.0.0.1', port, 5000)
    expect(forward).toHaveBeenCalledTimes(2)
    for (const stream of [first, second]) stream.destroy()
  })
})
