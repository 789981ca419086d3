import type { Duplex, Readable, Writable } from 'node:stream'
import type { AppError } from '#core/errors'

export interface ShellEnd {
  /** null: ended by a signal, or never started. */
  code: number | null
  signal: string | null
  /** The last 4 KiB of standard error; untrusted text. */
  stderr: string
  /** What it printed instead of running its first command; short, without control characters, untrusted. */
  printed?: string
}

/** A shell on the target, seen from here: the client process (ssh, docker, …) that leads to it. */
export interface ShellProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when the client process ended; never rejects. */
  readonly ended: Promise<ShellEnd>
  /** SIGKILL to the client process. The shell on the target then reads the end of its input. */
  kill(): void
}

/** A way to shells on one target: over ssh, or by a command. Must be disposed. */
export interface ShellLink {
  /**
   * Starts one more POSIX shell that takes its commands from standard input. The first one connects and authenticates;
   * rejects with AppError (`unreachable`, `auth-failed`, `host-key-changed`, `timeout`, `cancelled`, `unsupported`).
   * Whatever the shell prints before its first command ran (a banner, a noisy profile) is on stdout too.
   * mayAsk false: a person is asked nothing; what would need an answer is rejected with `auth-failed`. Default true.
   * After the connection broke, the next call connects anew.
   */
  openShell(signal?: AbortSignal, mayAsk?: boolean): Promise<ShellProcess>
  /** A TCP connection that starts on the target, made by the link itself (ssh -W); null where only a tool in a shell can. */
  readonly connect: ((address: string, port: number, timeoutMs: number) => Promise<Duplex>) | null
  /** Why a shell ended, from what its client said. */
  explainEnd(end: ShellEnd): AppError
  /** Ends every process of the link; nothing stays on either side. */
  dispose(): Promise<void>
}
