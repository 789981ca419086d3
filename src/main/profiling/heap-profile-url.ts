import { usualPaths, type EndpointUrl } from './endpoint-url'

const heapPath = '/debug/pprof/heap'
/** Paths of endpoints with a pprof beside them, maybe behind a prefix. */
const siblings = [usualPaths.expvar, usualPaths.prometheus]
/** They change what is asked for: `gc` forces a collection, `debug` gives text, `seconds` the difference to a later one. */
const unwanted = ['gc', 'debug', 'seconds']

/**
 * Where the heap profile may be, given the endpoint of the same service: beside it, and at its usual place. What else stands
 * in the query of a pprof URL (a token) is kept. Never with gc, debug or seconds.
 */
export function toHeapProfileUrls(endpoint: EndpointUrl): EndpointUrl[] {
  const origin = /^\w+:\/\/[^/]+/.exec(endpoint.shownUrl)?.[0] ?? ''
  return [...new Set([...nearPaths(endpoint.path), heapPath])].map((path) => ({
    ...endpoint,
    path,
    source: null,
    shownUrl: origin + path,
  }))
}

function nearPaths(path: string | null): string[] {
  const { pathname, searchParams } = new URL(path ?? '/', 'http://unused')
  if (pathname.endsWith(heapPath)) {
    // Read and written anew: before Go 1.17 a service took `;` for `&`.
    const rest = new URLSearchParams([...searchParams].filter(([name]) => !isUnwanted(name)))
    return [rest.size === 0 ? pathname : `${pathname}?${rest.toString()}`]
  }
  const sibling = siblings.find((candidate) => pathname.endsWith(candidate))
  return sibling === undefined ? [] : [pathname.slice(0, -sibling.length) + heapPath]
}

function isUnwanted(name: string): boolean {
  return unwanted.includes(name.toLowerCase())
}
