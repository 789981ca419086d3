import type { Duplex } from 'node:stream'
import type { Capabilities } from '#core/ipc/contract'
import type { ErrorValue, Result } from '#core/errors'
import type { HostFacts } from '#core/metrics/samples'

/** One raw read. Paths are absolute POSIX paths on the target, made by our own code, never by the renderer. */
export type ReadRequest =
  /** At most maxBytes (default 1 MiB) from offsetBytes; a longer file is `too-large` unless mayCut. */
  | { kind: 'file'; path: string; offsetBytes?: number; maxBytes?: number; mayCut?: boolean }
  | { kind: 'link'; path: string }
  | { kind: 'dir'; path: string }
  /** readlink of every entry of a folder (/proc/PID/fd); entries that vanish meanwhile are left out. */
  | { kind: 'links'; path: string }
  /** Which file a path leads to, links followed: `dev:inode:size:mtimeMs`. Equal texts mean the same content. */
  | { kind: 'identity'; path: string }

export interface ReadAnswer {
  /** The content for `file`, the UTF-8 text for `link` and `identity`, empty for the others. */
  bytes: Uint8Array
  /** Names for `dir`; `[name, destination]` pairs for `links`. */
  names: string[]
  links: [string, string][]
  /** Wall time of this read on the target, ms. */
  durationMs: number
}

export type ReadResult = Result<ReadAnswer>

/** Every /proc/PID/stat of one moment, back to back in one buffer: text i is bytes[offsets[i], offsets[i] + lengths[i]). */
export interface StatFrame {
  count: number
  bytes: Uint8Array
  pids: Int32Array
  offsets: Int32Array
  lengths: Int32Array
}

export interface PollRequest {
  /** All of /proc/[0-9]+/stat. */
  stat: boolean
  /** Cheap reads that ride along in the same round trip. */
  reads: readonly ReadRequest[]
}

export interface PollAnswer {
  /** Wall clock at the start of the poll on this side, ms since the epoch. */
  atMs: number
  /** What the poll cost, ms of wall time on the target. */
  costMs: number
  /** null when not asked for. Valid until the next poll: the buffer is reused. */
  stat: StatFrame | null
  reads: ReadResult[]
}

/** A script that runs on the target through a POSIX shell, in a session of its own so that no signal reaches it by group. */
export interface ScriptRun {
  /** Of the shell, where it is a local process. */
  readonly pid: number | null
  write(text: string): void
  /** One line of standard output without its newline; lines over 64 KiB are cut. */
  onLine(listener: (line: string) => void): void
  /** Called once. code null: ended by a signal, or the link was lost. stderr: its last 4 KiB. */
  onExit(listener: (end: { code: number | null; signal: string | null; stderr: string }) => void): void
  /** Closes standard input, then SIGKILL after graceMs. */
  end(graceMs?: number): void
}

/** Whether a target can be asked now. While it is not connected, polls and reads are rejected with `unreachable`. */
export type Connection =
  | { phase: 'connected' }
  /** The link broke: it is tried again by itself at retryAtMs (ms since the epoch), or right now when that is null. */
  | { phase: 'lost'; error: ErrorValue; retryAtMs: number | null }
  /** Trying again by itself would not help (authentication, a changed host key, no shell there): reconnect() does. */
  | { phase: 'failed'; error: ErrorValue }

/** A machine to look at. It only answers raw reads; parsers live in core and are the same for every kind of target. */
export interface Target {
  readonly id: string
  readonly spec: string
  readonly label: string
  readonly capabilities: Capabilities
  /** After a reboot these are those of the new boot. */
  readonly host: HostFacts
  readonly connection: Connection
  /** Called after each change of `connection`, `host` or `capabilities`. Gives back how to stop. */
  onChange(listener: () => void): () => void
  /** The boot id changed: pids and start times of before mean nothing any more. Gives back how to stop. */
  onReboot(listener: () => void): () => void
  /** Tries a lost or failed connection again now. */
  reconnect(): void
  /** Reads as root from now on, by `sudo -n`. Rejects with AppError where capabilities.elevate is false. */
  elevate(): Promise<void>
  /** One poll is one round trip. */
  poll(request: PollRequest): Promise<PollAnswer>
  /** Reads that may block in the kernel (smaps_rollup, cmdline, exe): off the event loop, each with a time limit. */
  read(requests: readonly ReadRequest[], options?: { timeoutMs?: number }): Promise<ReadResult[]>
  /** A TCP connection that starts on the target. */
  connect(address: string, port: number, timeoutMs: number): Promise<Duplex>
  /** Runs a script text as `sh -s -- args…`-like; args can't become options. */
  runScript(script: string, args: readonly string[]): ScriptRun
  dispose(): Promise<void>
}
