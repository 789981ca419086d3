import { execFileSync, spawn } from 'node:child_process'
import { accessSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface NetworkLinkOptions {
  /** One way. */
  delayMs: number
  /** Each way; 0: no limit. */
  bitsPerSecond: number
  /** What may wait for its turn at the rate before packets are dropped; 64 KiB unless told: half a second at 1 Mbit/s. */
  queueBytes?: number
}

export interface NetworkSide {
  /** IPv4, of the link's device. */
  address: string
  /** Put before a command, this runs it in the side's network namespace; files, users and pids are the machine's. */
  prefix: readonly string[]
}

/** Two network namespaces and nothing but this link between them. Must be closed. */
export interface NetworkLink {
  client: NetworkSide
  host: NetworkSide
  /** From now on every packet is lost, also those on their way: no FIN, no RST. Resolves when it is so. */
  cut(): Promise<void>
  heal(): Promise<void>
  /** What each side sent since the start, IP headers included, packets that were lost included. */
  bytes(): Promise<{ fromClient: number; fromHost: number }>
  /** Ends the link; a namespace lives on while a process of the caller runs in it. */
  close(): Promise<void>
}

/** Why this machine can't have a network link, or null when it can. */
function whyNoNetworkLink(): string | null {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  try {
    accessSync('/dev/net/tun')
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    execFileSync('nsenter', ['--version'], { stdio: 'ignore' })
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' })
    return null
  } catch (error) {
    return `a network link needs /dev/net/tun, gcc, nsenter and network namespaces: ${String(error)}`
  }
}

/** Says once, where a person sees it, that tests are left out and why; gives back whether they can run. */
export function canOpenNetworkLink(): boolean {
  const reason = whyNoNetworkLink()
  if (reason !== null) process.stderr.write(`SKIPPED: tests over a slow network link: ${reason}\n`)
  return reason === null
}

/** Builds and starts network-link.c, where it is said how the link is made and why not with `tc netem`. */
export async function openNetworkLink(options: NetworkLinkOptions): Promise<NetworkLink> {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-link-'))
  try {
    const program = join(dir, 'network-link')
    execFileSync('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'network-link.c')])
    return await startLink(program, options)
  } finally {
    // It runs on without its name.
    rmSync(dir, { recursive: true })
  }
}

async function startLink(program: string, options: NetworkLinkOptions): Promise<NetworkLink> {
  const { delayMs, bitsPerSecond, queueBytes = 64 * 1024 } = options
  const relay = spawn(program, [String(delayMs * 1000), String(bitsPerSecond), String(queueBytes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => relay.once('close', () => resolve()))
  relay.stdin.on('error', () => undefined)
  const lines = createInterface({ input: relay.stdout })[Symbol.asyncIterator]()

  async function readNumbers(word: string): Promise<[number, number]> {
    const line = await lines.next()
    const match = /^(\w+) (\d+) (\d+)$/.exec(line.done === true ? '' : line.value)
    if (match?.[1] !== word) throw new Error('the network link ended')
    return [Number(match[2]), Number(match[3])]
  }

  /** Answers come in the order of the questions. */
  let last: Promise<unknown> = Promise.resolve()
  function ask(command: string): Promise<[number, number]> {
    relay.stdin.write(`${command}\n`)
    const answer = last.then(() => readNumbers('bytes'))
    last = answer.catch(() => undefined)
    return answer
  }

  try {
    const [clientPid, hostPid] = await readNumbers('ready')
    const side = (pid: number, address: string): NetworkSide => ({
      address,
      prefix: ['nsenter', `--net=/proc/${pid}/ns/net`, '--'],
    })
    return {
      client: side(clientPid, '198.51.100.1'),
      host: side(hostPid, '198.51.100.2'),
      cut: async () => void (await ask('cut')),
      heal: async () => void (await ask('heal')),
      async bytes() {
        const [fromClient, fromHost] = await ask('bytes')
        return { fromClient, fromHost }
      },
      async close() {
        relay.stdin.end()
        await ended
      },
    }
  } catch (error) {
    relay.kill('SIGKILL')
    throw error
  }
}
