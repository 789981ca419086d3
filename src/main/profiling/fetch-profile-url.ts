import { AppError } from '#core/errors'
import { createByteCollector } from './byte-collector'
import { parseEndpointUrl, type EndpointUrl } from './endpoint-url'
import { profileLimits } from './heap-profile'
import { createHttpClient, type Connect } from './http-client'
import type { HttpLimits } from './http-exchange'

const usualPath = '/debug/pprof/heap'

/** Whether a person means an address rather than a file. */
export function isProfileUrl(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

/**
 * The address of any profile, as a person typed it; without a path it is that of the heap. `debug` would give text and is
 * left out. Throws AppError `invalid`, also for `gc`, which would change what is looked at.
 */
export function parseProfileUrl(text: string): EndpointUrl {
  // Checks all but the path, for which it has rules of its own.
  const url = new URL(parseEndpointUrl(toOrigin(text)).shownUrl)
  const typed = new URL(text)
  if ([...typed.searchParams.keys()].some((name) => name.toLowerCase() === 'gc')) {
    throw new AppError('invalid', 'gc would force a collection', { hint: 'go.endpoint.urlGc' })
  }
  for (const name of [...typed.searchParams.keys()]) {
    if (name.toLowerCase() === 'debug') typed.searchParams.delete(name)
  }
  const path = typed.pathname === '/' ? usualPath + typed.search : typed.pathname + typed.search
  return { ...parseEndpointUrl(toOrigin(text)), path, source: null, shownUrl: url.origin + path }
}

/** Up to the path. */
function toOrigin(text: string): string {
  return /^\w+:\/\/[^/?#]*/.exec(text)?.[0] ?? text
}

/** Asks for a profile once. Rejects with AppError: every limit, every status but 200, a page. `seconds` in it is waited for. */
export async function fetchProfileUrl(
  text: string,
  connect: Connect,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const url = parseProfileUrl(text)
  const client = createHttpClient(url, connect)
  const cancel = (): void => client.close()
  signal.addEventListener('abort', cancel, { once: true })
  const limits = withSeconds(url)
  const collector = createByteCollector(limits.maxBytes)
  try {
    await client.get(url.path ?? usualPath, limits, (chunk) => collector.push(chunk))
    if (collector.length === 0) throw new AppError('parse', 'empty answer', { hint: 'go.endpoint.empty' })
    return collector.view().slice()
  } finally {
    signal.removeEventListener('abort', cancel)
    client.close()
  }
}

/** A profile over some time answers when that is over: 30 s for a CPU profile that does not say. */
function withSeconds({ path }: EndpointUrl): HttpLimits {
  const { pathname, searchParams } = new URL(path ?? '/', 'http://unused')
  const asked = Number(searchParams.get('seconds') ?? (pathname.endsWith('/profile') ? 30 : 0))
  const extraMs = Number.isFinite(asked) ? Math.min(3600, Math.max(0, asked)) * 1000 : 0
  return {
    ...profileLimits,
    silenceMs: profileLimits.silenceMs + extraMs,
    totalMs: profileLimits.totalMs + extraMs,
  }
}
