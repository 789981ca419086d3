import { constants, gunzip, gzip, type ZlibOptions } from 'node:zlib'
import { promisify } from 'node:util'
import { AppError } from '#core/errors'
import { isGzip } from '#core/pprof/inflate-profile'
import { looksLikeProfile } from '#core/pprof/looks-like-profile'
import { maxProfileFileBytes } from '#core/pprof/profile-file'
import type { ProcessKey } from '#core/process-key'
import type { FetchedProfile } from '../sampling/go-source'
import type { Target } from '../targets/target'
import { createByteCollector } from './byte-collector'
import { findPprof } from './endpoint-discovery'
import type { EndpointUrl } from './endpoint-url'
import { toHeapProfileUrls } from './heap-profile-url'
import { createHttpClient, type Connect } from './http-client'
import type { HttpLimits } from './http-exchange'
import { connectToProcess } from './listening-addresses'

export const profileLimits: HttpLimits = {
  connectMs: 5000,
  // Go gathers the whole profile before its first byte.
  silenceMs: 30_000,
  totalMs: 120_000,
  maxBytes: maxProfileFileBytes,
}

/** Enough of an unpacked answer to tell what it is. */
const headBytes = 4096
const zip = promisify(gzip)
const unzip = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

export interface HeapProfileSource {
  target: Target
  key: ProcessKey
  /** The endpoint that gives the process's numbers: pprof is looked for beside it. null: none is known. */
  endpoint: EndpointUrl | null
  /** It was typed in: it may be any service's. */
  isTyped: boolean
  /** Whether the ports of the process may be tried where there is no pprof beside the endpoint. */
  maySearch: boolean
  limits?: HttpLimits
}

/**
 * Fetches a heap profile as it is at this moment: debug=0, never with a collection forced. Always gzip. Rejects with AppError:
 * `unsupported` no pprof there, `parse` no profile, `too-large`, `timeout`, `unreachable` (also when the link is lost),
 * `permission-denied`, `refused` for a redirect, `cancelled` by the signal.
 */
export async function fetchHeapProfile(
  source: HeapProfileSource,
  signal: AbortSignal,
): Promise<FetchedProfile> {
  try {
    return await fetchFrom(source, signal)
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'the profile is no longer fetched')
    const { phase } = source.target.connection
    if (phase === 'connected') throw error
    throw new AppError('unreachable', 'the link to the target was lost', { hint: 'profileFetch.linkLost' })
  }
}

async function fetchFrom(source: HeapProfileSource, signal: AbortSignal): Promise<FetchedProfile> {
  const { target, key, endpoint, isTyped, maySearch, limits = profileLimits } = source
  const connectTyped: Connect = (address, port, timeoutMs) => target.connect(address, port, timeoutMs)
  const connectOwn: Connect = (address, port, timeoutMs) =>
    connectToProcess(target, key, address, port, timeoutMs)
  let missing = new AppError('unsupported', 'no endpoint', { hint: 'profileFetch.noEndpoint' })
  for (const url of endpoint === null ? [] : toHeapProfileUrls(endpoint)) {
    try {
      return await getProfile(url, isTyped ? connectTyped : connectOwn, limits, signal)
    } catch (error) {
      // A service may have its numbers on one port and its profiles on another.
      if (!(error instanceof AppError)) throw error
      if (error.hint === 'go.endpoint.notFound') missing = noPprof(url)
      else if (error.hint === 'profileFetch.notProfile') missing = error
      else throw error
    }
  }
  if (!maySearch) throw missing
  const found = await findPprof(target, key, signal).catch((error: unknown) => {
    throw endpoint === null ? error : missing
  })
  if (found === null) throw missing
  return getProfile(toHeapProfileUrls(found)[0] ?? found, connectOwn, limits, signal)
}

function noPprof({ shownUrl }: EndpointUrl): AppError {
  return new AppError('unsupported', 'no pprof', { hint: 'profileFetch.noPprof', params: { url: shownUrl } })
}

async function getProfile(
  url: EndpointUrl,
  connect: Connect,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<FetchedProfile> {
  signal.throwIfAborted()
  const client = createHttpClient(url, connect)
  const cancel = (): void => client.close()
  signal.addEventListener('abort', cancel, { once: true })
  const collector = createByteCollector(limits.maxBytes)
  let isJudged = false
  try {
    const { costMs } = await client.get(url.path ?? '/', limits, (chunk) => {
      collector.push(chunk)
      // What is no profile is not read to its end.
      if (isJudged || collector.length < headBytes) return
      isJudged = true
      if (!isGzip(collector.view()) && !looksLikeProfile(collector.view())) throw notProfile()
    })
    const atMs = Date.now()
    const bytes = await toGzip(collector.view())
    return { bytes, atMs, costMs, url: url.shownUrl }
  } finally {
    signal.removeEventListener('abort', cancel)
    client.close()
  }
}

function notProfile(): AppError {
  return new AppError('parse', 'not a profile', { hint: 'profileFetch.notProfile' })
}

/** The answer as it came; one that a proxy has unpacked is packed again. Rejects with `parse` for what is no profile. */
async function toGzip(answer: Uint8Array): Promise<Uint8Array> {
  if (answer.length === 0) throw new AppError('parse', 'empty answer', { hint: 'go.endpoint.empty' })
  if (!isGzip(answer)) {
    if (!looksLikeProfile(answer.subarray(0, headBytes))) throw notProfile()
    return new Uint8Array(await zip(answer, { level: 1 }))
  }
  const head = await unpackHead(answer)
  if (head === null || !looksLikeProfile(head.subarray(0, headBytes))) throw notProfile()
  return answer.slice()
}

/** The first unpacked bytes; null: it can't be unpacked. So few packed ones inflate to 4 MiB at most. */
async function unpackHead(bytes: Uint8Array): Promise<Uint8Array | null> {
  try {
    return await unzip(bytes.subarray(0, headBytes), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return null
  }
}
