import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import type { TcpSocket } from '#core/procfs/net-tcp'
import { until } from '../../../test/support/go-service'
import { openLocalTarget } from '../targets/local-target'
import { chooseListeningAddresses, readListeningAddresses } from './listening-addresses'

function socket(localAddress: string, localPort: number, inode: number, isListening = true): TcpSocket {
  return { family: localAddress.includes(':') ? 6 : 4, localAddress, localPort, isListening, uid: 0, inode }
}

const choose = (sockets: TcpSocket[], inodes: number[]): string[] =>
  chooseListeningAddresses(sockets, new Set(inodes)).map(({ address, port }) => `${address} ${port}`)

it('takes the listening sockets of the process only', () => {
  const sockets = [
    socket('127.0.0.1', 80, 1),
    socket('127.0.0.1', 81, 2),
    socket('127.0.0.1', 82, 1, false),
    socket('127.0.0.1', 0, 1),
  ]
  expect(choose(sockets, [1])).toEqual(['127.0.0.1 80'])
})

it('asks wildcard sockets on loopback, and others at their own address', () => {
  expect(choose([socket('0.0.0.0', 80, 1)], [1])).toEqual(['127.0.0.1 80'])
  expect(choose([socket('::', 80, 1)], [1])).toEqual(['127.0.0.1 80', '::1 80'])
  expect(
    choose([socket('10.1.2.3', 80, 1), socket('fe80::1', 81, 1), socket('fd00::1', 82, 1)], [1]),
  ).toEqual(['10.1.2.3 80', 'fd00::1 82'])
})

it('never asks an address at which another process would answer', () => {
  expect(choose([socket('0.0.0.0', 80, 1), socket('127.0.0.1', 80, 9)], [1])).toEqual([])
  expect(choose([socket('::', 80, 1), socket('127.0.0.1', 80, 9)], [1])).toEqual(['::1 80'])
  expect(choose([socket('::', 80, 1), socket('0.0.0.0', 80, 9)], [1])).toEqual(['::1 80'])
  expect(choose([socket('127.0.0.1', 80, 1), socket('127.0.0.1', 80, 9)], [1])).toEqual([])
  expect(choose([socket('127.0.0.1', 80, 1), socket('0.0.0.0', 80, 9)], [1])).toEqual(['127.0.0.1 80'])
})

it('tries at most 16, the likely ones first', () => {
  const many = Array.from({ length: 40 }, (_, i) => socket('10.0.0.1', 7000 + i, 1))
  const chosen = choose([...many, socket('127.0.0.1', 9999, 1), socket('10.0.0.1', 6060, 1)], [1])
  expect(chosen).toHaveLength(16)
  expect(chosen.slice(0, 3)).toEqual(['10.0.0.1 6060', '127.0.0.1 9999', '10.0.0.1 7000'])
})

it('finds the sockets of a real process', async () => {
  const target = openLocalTarget()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const found = await readListeningAddresses(target, { pid: process.pid, startTimeTicks: 0 })
    expect(found).toContainEqual({ address: '127.0.0.1', port })
  } finally {
    server.close()
    await target.dispose()
  }
})

const canUnshare = process.getuid?.() === 0

it.runIf(canUnshare)('says so when the process is in another network namespace', async () => {
  const target = openLocalTarget()
  const script = `require('net').createServer().listen(0, '0.0.0.0', () => console.log('ready')); process.stdin.on('end', () => process.exit()).resume()`
  const child = spawn('unshare', ['--net', process.execPath, '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(
      () => said,
      (text) => text.includes('ready'),
    )
    const reading = readListeningAddresses(target, { pid: child.pid ?? 0, startTimeTicks: 0 })
    await expect(reading).rejects.toMatchObject({ code: 'unsupported', hint: 'go.endpoint.otherNetns' })
  } finally {
    child.kill('SIGKILL')
    await target.dispose()
  }
})
