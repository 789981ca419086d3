import { AppError } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import type { Target } from '../targets/target'
import { askEndpoint } from './ask-endpoint'
import { pprofIndexPath, toEndpointUrl, withUsualPath, type EndpointUrl } from './endpoint-url'
import { createHttpClient, type HttpClient } from './http-client'
import type { HttpLimits } from './http-exchange'
import { readListeningAddresses } from './listening-addresses'

/** Shorter than for a poll: most ports that are tried are no such endpoint. */
export const probeLimits: HttpLimits = {
  connectMs: 2000,
  silenceMs: 3000,
  totalMs: 5000,
  maxBytes: 256 * 1024,
}

type ProbedSource = 'expvar' | 'prometheus' | 'pprof-heap-debug1'

interface Probe {
  endpoint: EndpointUrl
  client: HttpClient
  /** It doesn't speak HTTP, or doesn't answer: no further path is tried on it. */
  isDead: boolean
}

/**
 * Looks through the listening sockets of a Go process for the cheapest endpoint that gives its numbers: first
 * /debug/vars on every port, then /metrics, then pprof, of which only the index is asked. null: nothing answered.
 * Rejects with AppError when the sockets can't be read or reached (see readListeningAddresses).
 */
export async function findEndpoint(
  target: Target,
  key: ProcessKey,
  signal: AbortSignal,
): Promise<EndpointUrl | null> {
  return findEndpointAt(target, await listOwnUrls(target, key), signal)
}

/** The same, but only pprof will do. */
export async function findPprof(
  target: Target,
  key: ProcessKey,
  signal: AbortSignal,
): Promise<EndpointUrl | null> {
  return findEndpointAt(target, await listOwnUrls(target, key), signal, ['pprof-heap-debug1'])
}

async function listOwnUrls(target: Target, key: ProcessKey): Promise<EndpointUrl[]> {
  const addresses = await readListeningAddresses(target, key)
  return addresses.map(({ address, port }) => toEndpointUrl(address, port))
}

/** The same for given addresses: one typed in without a path. */
export async function findEndpointAt(
  target: Pick<Target, 'connect'>,
  addresses: readonly EndpointUrl[],
  signal: AbortSignal,
  sources: readonly ProbedSource[] = ['expvar', 'prometheus', 'pprof-heap-debug1'],
): Promise<EndpointUrl | null> {
  const probes = addresses.map((endpoint): Probe => {
    const client = createHttpClient(endpoint, (address, port, timeoutMs) =>
      target.connect(address, port, timeoutMs),
    )
    return { endpoint, client, isDead: false }
  })
  const closeAll = (): void => probes.forEach(({ client }) => client.close())
  signal.addEventListener('abort', closeAll, { once: true })
  try {
    for (const source of sources) {
      const live = probes.filter(({ isDead }) => !isDead)
      const answers = await Promise.all(live.map((probe) => tryProbe(probe, source)))
      if (signal.aborted) return null
      const found = live[answers.indexOf(true)]
      if (found !== undefined) return withUsualPath(found.endpoint, source)
    }
    return null
  } finally {
    signal.removeEventListener('abort', closeAll)
    closeAll()
  }
}

async function tryProbe(probe: Probe, source: ProbedSource): Promise<boolean> {
  try {
    if (source === 'pprof-heap-debug1') return await hasPprofIndex(probe.client)
    await askEndpoint(probe.client, withUsualPath(probe.endpoint, source), { limits: probeLimits })
    return true
  } catch (error) {
    // Any HTTP answer leaves the port worth a second path; silence and other protocols don't.
    const code = error instanceof AppError ? error.code : 'failed'
    const hint = error instanceof AppError ? error.hint : undefined
    probe.isDead =
      code === 'unreachable' || code === 'timeout' || code === 'cancelled' || hint === 'go.endpoint.notHttp'
    return false
  }
}

/** The index names every profile with its link; HTML of another service has no `heap?debug=1`. */
async function hasPprofIndex(client: HttpClient): Promise<boolean> {
  let text = ''
  await client.get(pprofIndexPath, probeLimits, (chunk) => {
    text += Buffer.from(chunk).toString('latin1')
  })
  return text.includes('heap?debug=1') && text.includes('goroutine')
}
