import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { errorCodes } from '#core/errors'
import { until } from '../support/go-service'
import { killAll } from '../support/ssh-server-process'
import { buildClient, startClient, type Client } from './client'
import { findDescendants } from './remote-rig'

// Most of them wait for a time limit.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 10 })

const MiB = 1024 * 1024
/** What a client may take on top of an idle one's memory, whatever a host sends. */
const maxGrowthBytes = 200 * MiB
/** 200 ms is the rule on an idle machine. On a busy one the process waits for its own turn as well. */
const longTurnMs = 5000
/** As the usual ones are, but shorter. */
const limits = { pollTimeoutMs: 3000, probeTimeoutMs: 6000 }

const shellPath = join(import.meta.dirname, 'hostile-shell.mjs')
let program: Awaited<ReturnType<typeof buildClient>>
let dir: string
let idleBytes: number

interface Usage {
  longestTurnMs: number
  peakRssBytes: number
}

beforeAll(async () => {
  program = await buildClient()
  dir = mkdtempSync(join(tmpdir(), 'ballonet-hostile-'))
  writeFileSync(join(dir, 'ssh'), fakeSsh, { mode: 0o755 })
  const client = startClient(program.path)
  await client.must({ do: 'open', spec: 'exec:sh' })
  await client.must({ do: 'watch', pid: process.pid })
  await client.must({ do: 'table', columns: ['rssBytes'] })
  await until(() => client.of('table').length, Boolean)
  idleBytes = ((await client.must({ do: 'usage' })) as Usage).peakRssBytes
  await client.kill()
})
afterAll(() => {
  program.remove()
  rmSync(dir, { recursive: true })
})

/** Clients that passed all so far, by their environment: one harm after the other meets the same process. */
const resting = new Map<string, Client[]>()
afterAll(async () => {
  for (const client of [...resting.values()].flat()) await client.kill()
})

async function withClient(
  use: (client: Client) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const key = JSON.stringify(environment)
  const rested = resting.get(key) ?? []
  resting.set(key, rested)
  const client = rested.pop() ?? startClient(program.path, { environment })
  let isWell = false
  try {
    await client.must({ do: 'usage' })
    await use(client)
    await client.must({ do: 'close' })
    await until(
      () => findDescendants(client.pid),
      (pids) => pids.length === 0,
    )
    isWell = true
  } finally {
    if (isWell) {
      client.forget()
      rested.push(client)
    } else {
      const children = findDescendants(client.pid)
      await client.kill()
      killAll(children)
    }
  }
}

/** It lives, answers, has taken little memory and never stood still. */
async function expectHealthy(client: Client, name: string): Promise<void> {
  expect(client.isRunning).toBe(true)
  const { longestTurnMs, peakRssBytes } = (await client.must({ do: 'usage' }, 5000)) as Usage
  const growthMiB = Math.round((peakRssBytes - idleBytes) / MiB)
  console.info(`${name}: longest turn ${Math.round(longestTurnMs)} ms, ${growthMiB} MiB above idle`)
  expect(peakRssBytes - idleBytes).toBeLessThan(maxGrowthBytes)
  expect(longestTurnMs).toBeLessThan(longTurnMs)
}

/** One line that may be shown in a terminal, and no mistake of ours. */
function expectPlainText(message: string | undefined): void {
  expect(message).toMatch(/\S/)
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|TypeError|RangeError|undefined/)
}

const fromTheStart = [
  'endless-bytes',
  'endless-lines',
  'gigabyte-line',
  'stderr-flood',
  'escapes',
  'drip',
  'silent',
  'close',
  'crash',
  'both-full',
  'never-reads',
]

async function expectRefusal(client: Client, spec: string, name: string): Promise<void> {
  const startMs = Date.now()
  const { error } = await client.ask({ do: 'open', spec, limits }, 90_000)
  console.info(`${name}: ${error?.code} after ${Date.now() - startMs} ms: ${error?.message.slice(0, 120)}`)
  expect(errorCodes).toContain(error?.code)
  expect(error?.code).not.toBe('failed')
  expectPlainText(error?.message)
  expectPlainText(JSON.stringify(error?.params ?? {}))
  await expectHealthy(client, name)
  await until(
    () => findDescendants(client.pid),
    (pids) => pids.length === 0,
  )
  await client.must({ do: 'open', spec: 'local' })
}

describe.concurrent('a host that is hostile from its first byte', () => {
  it.each(fromTheStart)('%s: refused with a reason, in time and in little memory', (mode) =>
    withClient((client) => expectRefusal(client, `exec:${process.execPath} ${shellPath} ${mode}`, mode)),
  )
})

/**
 * `ssh` as a client finds it: what it does instead of connecting, when it is asked for its version (-V), and for what it
 * makes of a name (-G): its harm is the host's name. `real` is what the system's does.
 */
const fakeSsh = `#!/bin/sh
find_host() { while [ $# -gt 1 ] && [ "$1" != -- ]; do shift; done; echo "$2"; }
host=$(find_host "$@")
case " $* " in
  *' -V '*) harm=\${BALLONET_TEST_VERSION:-real} ;;
  *' -G '*) case $host in G-*) harm=\${host#G-} ;; *) harm=real ;; esac ;;
  *) harm=$host ;;
esac
case $harm in
  real) PATH=$BALLONET_TEST_PATH exec ssh -F /dev/null "$@" ;;
esac
exec '${process.execPath}' '${shellPath}' $harm
`

function withFakeSsh(version: string, use: (client: Client) => Promise<void>): Promise<void> {
  const path = process.env['PATH'] ?? ''
  return withClient(use, {
    PATH: `${dir}:${path}`,
    BALLONET_TEST_PATH: path,
    BALLONET_TEST_VERSION: version,
  })
}

describe.concurrent('an ssh that is hostile', () => {
  it.each([...fromTheStart, 'stderr-log', 'stderr-steps', 'stderr-escapes'])(
    '%s: refused with a reason, in time and in little memory',
    (session) => withFakeSsh('real', (client) => expectRefusal(client, `ssh:${session}`, `ssh ${session}`)),
  )

  it.each(['endless-bytes', 'stderr-flood', 'silent', 'close'])(
    '%s: neither its version nor what it makes of a name can stop the client',
    async (harm) => {
      await Promise.all([
        withFakeSsh(harm, (client) => expectRefusal(client, 'ssh:silent', `ssh -V ${harm}`)),
        withFakeSsh('real', (client) => expectRefusal(client, `ssh:G-${harm}`, `ssh -G ${harm}`)),
      ])
    },
  )
})

/** Frames and records of the right nonce that lie: a host knows the nonce. */
const forgeries = [
  'frame-negative',
  'frame-huge',
  'frame-fraction',
  'frame-endless',
  'frames-empty',
  'frames-again',
  'other-nonce',
  'record-huge',
  'record-unknown',
  'records-same',
  'records-parts',
  'records-items',
  'records-whole',
  'records-lines',
  'records-ends',
  'answers-unasked',
  'unknown-pids',
  'pid-grows',
  'ten-million',
]

/** What may happen then: the target says that it is lost, or (where answers are still right) nothing. */
const later: [mode: string, end: 'ends' | 'may-live'][] = [
  ['endless-bytes', 'ends'],
  ['endless-lines', 'ends'],
  ['gigabyte-line', 'ends'],
  ['escapes', 'ends'],
  ['drip', 'ends'],
  ['silent', 'ends'],
  ['close', 'ends'],
  ['crash', 'ends'],
  ['both-full', 'ends'],
  ['never-reads', 'ends'],
  ['exit-pending', 'ends'],
  ['late', 'ends'],
  ['stderr-flood', 'may-live'],
  ['twice', 'ends'],
  ['half', 'ends'],
  ['flipped-bits', 'may-live'],
  ['noise-between', 'ends'],
  ['other-digits', 'may-live'],
  ['negative', 'may-live'],
  ['huge', 'may-live'],
  ...forgeries.map((mode): [string, 'ends'] => [mode, 'ends']),
]

describe.concurrent('a host that turns hostile', () => {
  it.each(later)('%s: lost with a reason, in little memory, and well again when the host is', (mode, end) =>
    withClient(async (client) => {
      const trigger = join(dir, mode)
      const spec = `exec:${process.execPath} ${shellPath} ${mode} ${trigger}`
      await client.must({ do: 'open', spec, limits })
      await client.must({ do: 'watch', pid: process.pid })
      await client.must({ do: 'table', columns: ['rssBytes', 'lazyFreeBytes'] })
      await until(
        () => client.of('sample').length,
        (count) => count > 1,
      )
      writeFileSync(trigger, '')
      const startMs = Date.now()
      const isBroken = (): boolean =>
        client.of('connection').some(({ connection }) => connection.phase !== 'connected')
      if (end === 'ends') await until(isBroken, Boolean, 40_000)
      else await until(() => isBroken() || Date.now() - startMs > 10_000, Boolean, 15_000)
      const connection = client.of('connection')[0]?.connection
      const error = connection === undefined || connection.phase === 'connected' ? null : connection.error
      console.info(
        `later ${mode}: ${connection?.phase} ${error?.code} after ${Date.now() - startMs} ms: ${error?.message}`,
      )
      if (error !== null) expectPlainText(error.message)
      await expectHealthy(client, `later ${mode}`)
      rmSync(trigger)
      const healedAtMs = Date.now()
      await client.must({ do: 'reconnect' })
      if (client.of('gone').length > 0) {
        // A host may lie about its processes; the next look tells the truth.
        await until(
          () => client.of('connection').at(-1)?.connection.phase ?? 'connected',
          (phase) => phase === 'connected',
          20_000,
        )
        await client.must({ do: 'watch', pid: process.pid })
      }
      await until(
        () => client.of('sample').filter(({ atMs }) => atMs > healedAtMs + 1000).length,
        (count) => count > 1,
        40_000,
      )
      expect(new Set(client.of('sample').map(({ startTimeTicks }) => startTimeTicks)).size).toBe(1)
    }),
  )
})
