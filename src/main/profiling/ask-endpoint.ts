import { AppError } from '#core/errors'
import type { GoSample } from '#core/metrics/samples'
import { createBodyReader, maxAnswerBytes } from './body-reader'
import type { EndpointUrl } from './endpoint-url'
import type { HttpClient } from './http-client'
import type { HttpLimits } from './http-exchange'

export interface EndpointAnswer {
  sample: GoSample
  /** On the wire. */
  bytes: number
}

/** Sizes are limited by what is asked for (body-reader.ts). */
export type PollLimits = Omit<HttpLimits, 'maxBytes'>

export const pollLimits: PollLimits = { connectMs: 2000, silenceMs: 5000, totalMs: 30_000 }

/** When a person asks for an answer whatever it costs. */
export const patientLimits: PollLimits = {
  connectMs: 5000,
  silenceMs: 60_000,
  totalMs: 180_000,
}
const patientMaxBytes = 1024 * 1024 * 1024

/** One request for Go's numbers. Rejects with AppError. `onBytes` hears of the wire bytes as they come. */
export async function askEndpoint(
  client: HttpClient,
  endpoint: EndpointUrl,
  options: { limits: PollLimits; isPatient?: boolean; onBytes?: (bytes: number) => void },
): Promise<EndpointAnswer> {
  const reader = createBodyReader(endpoint.source)
  const usualMax = maxAnswerBytes[endpoint.source ?? 'pprof-heap-debug1']
  const isHeavy = endpoint.source === 'pprof-heap-debug1' || endpoint.source === null
  const maxBytes = options.isPatient === true && isHeavy ? patientMaxBytes : usualMax
  let bodyBytes = 0
  const answer = await client.get(endpoint.path ?? '/', { ...options.limits, maxBytes }, (chunk) => {
    if (bodyBytes === 0 && chunk[0] === 0x3c)
      throw new AppError('parse', 'a page', { hint: 'go.endpoint.html' })
    bodyBytes += chunk.length
    options.onBytes?.(bodyBytes)
    reader.push(chunk)
  })
  const { numbers, source } = reader.finish()
  return { sample: { atMs: Date.now(), source, costMs: answer.costMs, ...numbers }, bytes: answer.bytes }
}
