import { AppError } from '#core/errors'
import type { GoSample } from '#core/metrics/samples'

/** Where Go's numbers are asked for. */
export interface EndpointUrl {
  isTls: boolean
  /** Without brackets. */
  host: string
  port: number
  /** Path and query; null: the service's address only was given, its usual paths are tried. */
  path: string | null
  /** What the path says that it answers with; null: the answer tells. */
  source: GoSample['source'] | null
  /** What is shown and logged: without user and password. */
  shownUrl: string
  /** `user:password` for basic authentication. */
  auth: string | null
}

export const usualPaths = {
  expvar: '/debug/vars',
  prometheus: '/metrics',
  'pprof-heap-debug1': '/debug/pprof/heap?debug=1',
} as const satisfies Record<GoSample['source'], string>

/** Lists the profiles; costs next to nothing, unlike every profile in it. */
export const pprofIndexPath = '/debug/pprof/'

const maxUrlLength = 2048

function refuse(hint: string, message: string): AppError {
  return new AppError('invalid', message, { hint: `go.endpoint.${hint}` })
}

/**
 * A URL that a person typed in. `host:port` alone stands for http. Of pprof's pages only the heap may be asked for,
 * always with debug=1 and never with gc=1, which would change what is looked at. Throws AppError `invalid`.
 */
export function parseEndpointUrl(text: string): EndpointUrl {
  const typed = text.trim()
  if (typed === '' || typed.length > maxUrlLength) throw refuse('urlInvalid', 'URL is empty or too long')
  const url = toUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `http://${typed}`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('urlScheme', 'not an http or https URL')
  if (url.hostname === '') throw refuse('urlInvalid', 'URL has no host')
  const auth = readAuth(url)
  url.username = ''
  url.password = ''
  url.hash = ''
  const isTls = url.protocol === 'https:'
  const { path, source } = readPath(url)
  return {
    isTls,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    path,
    source,
    shownUrl: `${url.origin}${path ?? '/'}`,
    auth,
  }
}

/** The same address with one of the usual paths. */
export function withUsualPath(endpoint: EndpointUrl, source: GoSample['source']): EndpointUrl {
  const path = usualPaths[source]
  return {
    ...endpoint,
    path,
    source,
    shownUrl: endpoint.shownUrl.replace(/^(\w+:\/\/[^/]+).*$/, `$1${path}`),
  }
}

/** An address that was found; IPv6 without brackets. */
export function toEndpointUrl(address: string, port: number): EndpointUrl {
  const host = address.includes(':') ? `[${address}]` : address
  return {
    isTls: false,
    host: address,
    port,
    path: null,
    source: null,
    shownUrl: `http://${host}:${port}/`,
    auth: null,
  }
}

function toUrl(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw refuse('urlInvalid', 'not a URL')
  }
}

function readAuth(url: URL): string | null {
  if (url.username === '' && url.password === '') return null
  try {
    return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  } catch {
    throw refuse('urlInvalid', 'user or password is not well encoded')
  }
}

function readPath(url: URL): { path: string | null; source: GoSample['source'] | null } {
  if ([...url.searchParams.keys()].some((name) => name.toLowerCase() === 'gc')) {
    throw refuse('urlGc', 'gc would force a collection')
  }
  if (url.pathname === '/' && url.search === '') return { path: null, source: null }
  const pprof = /^(.*\/debug\/pprof)(?:\/([^/]*))?$/.exec(url.pathname)
  if (pprof !== null) {
    const [, prefix = '', profile = ''] = pprof
    if (profile !== '' && profile !== 'heap') throw refuse('urlNotHeap', 'only the heap profile is asked for')
    url.searchParams.delete('seconds')
    url.searchParams.set('debug', '1')
    return { path: `${prefix}/heap${url.search}`, source: 'pprof-heap-debug1' }
  }
  const path = url.pathname + url.search
  if (url.pathname.endsWith('/debug/vars')) return { path, source: 'expvar' }
  return { path, source: null }
}
