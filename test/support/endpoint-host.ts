import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net'
import { openEndpointPoller } from '#main/profiling/endpoint-poller'
import type { EndpointPoller } from '#main/sampling/go-source'
import { openLocalTarget } from '#main/targets/local-target'
import type { Target } from '#main/targets/target'

const limits = { connectMs: 500, silenceMs: 400, totalMs: 1500 }
/** What /debug/vars of a Go service says. */
export const good = JSON.stringify({ memstats: { HeapInuse: 12345678, Sys: 23456789 } })
const key = { pid: 1, startTimeTicks: 1 }
const target = openLocalTarget()
export const cleanups: (() => void)[] = []

/** Call it in afterEach: closes every host and poller. */
export function cleanUpHosts(): void {
  for (const cleanup of cleanups.splice(0)) cleanup()
}

export interface Host {
  url: string
  /** Bytes that were written to connections, by their own count. */
  sentBytes(): number
  requests: string[]
  become(answer: Answer): void
}

export type Answer = (response: ServerResponse, socket: Socket) => void

export const sendGood: Answer = (response) => response.setHeader('content-type', 'application/json').end(good)

export function listen(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

/** An HTTP server that answers as it is told, also against the protocol. */
export async function startHost(first: Answer): Promise<Host> {
  let answer = first
  const sockets = new Set<Socket>()
  let endedBytes = 0
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.on('error', () => undefined)
    answer(response, request.socket)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      endedBytes += socket.bytesWritten
    })
  })
  const port = await listen(server)
  cleanups.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    url: `http://127.0.0.1:${port}/debug/vars`,
    sentBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, endedBytes),
    requests,
    become: (next) => (answer = next),
  }
}

/** A poller of a typed URL, with short limits and twenty times as fast. */
export function pollUrl(
  url: string,
  { from = target, totalMs = limits.totalMs }: { from?: Pick<Target, 'connect'>; totalMs?: number } = {},
): EndpointPoller {
  const poller = openEndpointPoller(
    { ...target, connect: from.connect },
    key,
    { isGo: null, goVersion: null },
    () => undefined,
    {
      limits: { ...limits, totalMs },
      paceFactor: 0.05,
    },
  )
  cleanups.push(() => poller.close())
  poller.setUrl(url)
  return poller
}

/** Writes as fast as the connection takes it, for ever. */
export function stream(
  response: {
    write(chunk: Buffer): boolean
    once(event: 'drain', listener: () => void): unknown
    destroyed: boolean
  },
  chunk: Buffer,
): void {
  const go = (): void => {
    while (!response.destroyed) {
      if (!response.write(chunk)) {
        response.once('drain', go)
        return
      }
    }
  }
  go()
}
