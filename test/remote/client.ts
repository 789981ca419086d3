import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import type { ErrorValue } from '#core/errors'
import type { ClientCommand, ToldEvent } from './client-messages'

/** The backend's parts as a Node program of one file. Must be removed. */
export async function buildClient(): Promise<{ path: string; remove(): void }> {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-client-'))
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      root: join(import.meta.dirname, '..', '..'),
      build: {
        ssr: join(import.meta.dirname, 'client-program.ts'),
        outDir: dir,
        target: 'node20',
        rollupOptions: { output: { entryFileNames: 'client.mjs' } },
      },
      ssr: { noExternal: true },
    })
  } catch (error) {
    rmSync(dir, { recursive: true })
    throw error
  }
  return { path: join(dir, 'client.mjs'), remove: () => rmSync(dir, { recursive: true, force: true }) }
}

export type Answer = { value: unknown; error?: undefined } | { value?: undefined; error: ErrorValue }

/** A running client. Must be killed. */
export interface Client {
  readonly pid: number
  /** All that it told so far, answers included. */
  readonly events: readonly ToldEvent[]
  ask(command: ClientCommand, timeoutMs?: number): Promise<Answer>
  /** Like ask; throws where the client failed. */
  must(command: ClientCommand, timeoutMs?: number): Promise<unknown>
  /** Forgets all events so far. */
  forget(): void
  of<K extends ToldEvent['kind']>(kind: K): (ToldEvent & { kind: K })[]
  signal(name: NodeJS.Signals): void
  /** Resolves with its exit code; null: killed. */
  readonly ended: Promise<number | null>
  readonly isRunning: boolean
  kill(): Promise<void>
}

/** Starts it behind `prefix` (a network namespace) with these variables on top of the test's own. */
export function startClient(
  path: string,
  options: { prefix?: readonly string[]; environment?: Record<string, string> } = {},
): Client {
  const [command = '', ...args] = [...(options.prefix ?? []), process.execPath, path]
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.environment },
  })
  const events: ToldEvent[] = []
  const waiting = new Map<number, (answer: Answer) => void>()
  let nextId = 1
  let isRunning = true
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      isRunning = false
      resolve(code)
    })
  })
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as ToldEvent
    events.push(event)
    if (event.kind !== 'answer') return
    waiting.get(event.id)?.(event.error === undefined ? { value: event.value } : { error: event.error })
    waiting.delete(event.id)
  })

  async function ask(wanted: ClientCommand, timeoutMs = 30_000): Promise<Answer> {
    const id = nextId++
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    child.stdin.write(`${JSON.stringify({ id, ...wanted })}\n`)
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms: ${wanted.do}`)), timeoutMs)
    })
    const end = ended.then((code) => {
      throw new Error(`the client ended (${code}) before it answered: ${wanted.do}`)
    })
    try {
      return await Promise.race([answer, limit, end])
    } finally {
      clearTimeout(timer)
      end.catch(() => undefined)
    }
  }

  return {
    pid: child.pid!,
    events,
    ask,
    async must(wanted, timeoutMs) {
      const { value, error } = await ask(wanted, timeoutMs)
      if (error !== undefined) throw new Error(`${wanted.do}: ${error.code}: ${error.message}`)
      return value
    },
    forget: () => void events.splice(0),
    of: (kind) => events.filter((event): event is ToldEvent & { kind: typeof kind } => event.kind === kind),
    signal: (name) => void child.kill(name),
    ended,
    get isRunning() {
      return isRunning
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
