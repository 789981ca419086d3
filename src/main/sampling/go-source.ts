import type { EndpointState, GoBuild, GoSample, ProcessFacts } from '#core/metrics/samples'
import type { AppError } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import type { Target } from '../targets/target'

/** What an executable says of the Go toolchain that built it. A readable file that no Go toolchain built: isGo false. */
export interface GoFacts {
  isGo: boolean
  /** `go1.19.8`; null where the build information does not say it. */
  goVersion: string | null
  /** The main module's path. */
  goModule: string | null
  isRaceBuild: boolean | null
  /** null: not Go. */
  build: GoBuild | null
}

/**
 * Reads the build information of a process's executable (/proc/PID/exe) by range reads of the target.
 * Never throws: an AppError comes back as a value (`permission-denied` for another user's process, `gone`, `timeout`).
 * The sampler calls it once an executable and keeps the answer; it must not read more than it needs.
 */
export type ReadGoFacts = (target: Target, key: ProcessKey) => Promise<GoFacts | AppError>

/** A heap profile as it came. */
export interface FetchedProfile {
  /** gzip, as `go tool pprof` reads it. */
  bytes: Uint8Array
  /** When its last byte had come, ms since the epoch. */
  atMs: number
  /** What it cost the service: from the request to the last byte. */
  costMs: number
  /** Without user and password. */
  url: string
}

/** Asks one process's Go endpoint by itself, at an interval of its own; the sampler only reads its last answer. */
export interface EndpointPoller {
  readonly state: EndpointState
  /** The last answer, or null before the first; it stays when a later request fails: look at its atMs. */
  readonly sample: GoSample | null
  /** A URL typed in by the person, or null to search again. Throws AppError `invalid` for what is no http(s) URL. */
  setUrl(url: string | null): void
  /** Asks a stopped endpoint once more, whatever it costs. */
  askOnce(): void
  /** A heap profile from the pprof beside the endpoint. Rejects as fetchHeapProfile does. */
  fetchProfile(): Promise<FetchedProfile>
  /** Ends every request and timer; a profile that is being fetched is rejected with `cancelled`. */
  close(): void
}

/**
 * Made by the sampler once a watched process is known to be Go or not (`facts.isGo`; null: the executable is not
 * readable, nothing is probed then, but a URL may be typed in). `onChange` is called after every answer and every change of state.
 */
export type CreateEndpointPoller = (
  target: Target,
  key: ProcessKey,
  facts: Pick<ProcessFacts, 'isGo' | 'goVersion'>,
  onChange: () => void,
) => EndpointPoller

/** What a sampler is given to learn Go's own numbers; without it, every process is one of unknown kind. */
export interface GoSource {
  createEndpointPoller: CreateEndpointPoller
  readGoFacts: ReadGoFacts
}
