import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import {
  canOpenNetworkLink,
  openNetworkLink,
  type NetworkLink,
  type NetworkLinkOptions,
} from './network-link'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function open(options: NetworkLinkOptions): Promise<NetworkLink> {
  const link = await openNetworkLink(options)
  cleanUps.push(() => link.close())
  return link
}

/** Runs a JavaScript text in Node on one side; its lines are read one by one. */
function run(prefix: readonly string[], program: string) {
  const [command = '', ...args] = [...prefix, process.execPath, '-e', program]
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    line: async () => (await lines.next()).value as string,
    write: (text: string) => void child.stdin!.write(text),
  }
}

const echoServer = `
require('net').createServer((s) => s.on('error', () => {}).pipe(s)).listen(7000, '198.51.100.2', () => console.log('up'))`
const echoClient = `
const socket = require('net').connect(7000, '198.51.100.2', () => console.log('up'))
socket.setNoDelay(true)
socket.on('data', () => console.log(Math.round(performance.now() - at))).on('error', (e) => console.log(e.code))
let at
process.stdin.on('data', (text) => { at = performance.now(); socket.write(text) })`

async function connect(link: NetworkLink) {
  const server = run(link.host.prefix, echoServer)
  expect(await server.line()).toBe('up')
  const client = run(link.client.prefix, echoClient)
  expect(await client.line()).toBe('up')
  return client
}

describe.runIf(canOpenNetworkLink())('a network link', () => {
  it('delays every packet: a round trip takes twice the delay', async () => {
    const client = await connect(await open({ delayMs: 150, bitsPerSecond: 1_000_000 }))
    client.write('ping')
    const tookMs = Number(await client.line())
    expect(tookMs).toBeGreaterThanOrEqual(300)
    expect(tookMs).toBeLessThan(1200)
  })

  it('carries no more than its rate, and counts it', async () => {
    const link = await open({ delayMs: 20, bitsPerSecond: 1_000_000 })
    const server = run(
      link.host.prefix,
      `let size = 0
      require('net').createServer((s) => s.on('data', (d) => {
        size += d.length
        if (size === 200_000) s.end()
      })).listen(7000, '198.51.100.2', () => console.log('up'))`,
    )
    await server.line()
    const client = run(
      link.client.prefix,
      `const at = performance.now()
      require('net').connect(7000, '198.51.100.2', function () { this.write(Buffer.alloc(200_000)) })
        .on('end', () => console.log(Math.round(performance.now() - at))).resume()`,
    )
    const tookMs = Number(await client.line())
    // 200 kB are 1.6 s of 1 Mbit/s, and headers on top.
    expect(tookMs).toBeGreaterThan(1600)
    expect(tookMs).toBeLessThan(6000)
    const { fromClient, fromHost } = await link.bytes()
    expect(fromClient).toBeGreaterThan(200_000)
    expect(fromHost).toBeGreaterThan(1000)
    expect(fromHost).toBeLessThan(40_000)
  })

  it('loses everything while it is cut, without a word to either side, and carries on when healed', async () => {
    const link = await open({ delayMs: 5, bitsPerSecond: 0 })
    const client = await connect(link)
    client.write('one')
    expect(Number(await client.line())).toBeLessThan(200)
    await link.cut()
    client.write('two')
    const answer = client.line()
    const first = await Promise.race([
      answer,
      new Promise((resolve) => setTimeout(() => resolve('silence'), 700)),
    ])
    expect(first).toBe('silence')
    await link.heal()
    // TCP sends it again: nobody told it that the link was gone.
    expect(Number(await answer)).toBeGreaterThan(700)
  })

  it('is silent when nobody sends, and has no other way out', async () => {
    const link = await open({ delayMs: 0, bitsPerSecond: 0 })
    const client = run(
      link.client.prefix,
      `require('net').connect(80, '192.0.2.1').on('error', (e) => console.log(e.code))`,
    )
    expect(await client.line()).toBe('ENETUNREACH')
    expect(await link.bytes()).toEqual({ fromClient: 0, fromHost: 0 })
  })

  it('leaves nothing behind', async () => {
    const link = await openNetworkLink({ delayMs: 0, bitsPerSecond: 0 })
    const paths = [link.client, link.host].map(({ prefix }) => prefix[1]!.replace('--net=', ''))
    expect(new Set(paths.map((path) => readlinkSync(path))).size).toBe(2)
    await link.close()
    await expect.poll(() => paths.filter((path) => existsSync(path))).toEqual([])
    await expect(link.bytes()).rejects.toThrow('ended')
  })
})
