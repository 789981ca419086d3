import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#core/errors'
import { parseEndpointUrl, toEndpointUrl, withUsualPath } from './endpoint-url'

describe('parseEndpointUrl', () => {
  it.each([
    ['localhost:6060', 'localhost', 6060, null, null, 'http://localhost:6060/'],
    [' http://127.0.0.1:8080/ ', '127.0.0.1', 8080, null, null, 'http://127.0.0.1:8080/'],
    ['http://a/debug/vars', 'a', 80, '/debug/vars', 'expvar', 'http://a/debug/vars'],
    [
      'https://a/app/debug/vars?token=1',
      'a',
      443,
      '/app/debug/vars?token=1',
      'expvar',
      'https://a/app/debug/vars?token=1',
    ],
    ['http://[::1]:9/metrics#x', '::1', 9, '/metrics', null, 'http://[::1]:9/metrics'],
    [
      'http://a/debug/pprof',
      'a',
      80,
      '/debug/pprof/heap?debug=1',
      'pprof-heap-debug1',
      'http://a/debug/pprof/heap?debug=1',
    ],
    [
      'http://a/debug/pprof/',
      'a',
      80,
      '/debug/pprof/heap?debug=1',
      'pprof-heap-debug1',
      'http://a/debug/pprof/heap?debug=1',
    ],
    [
      'http://a/x/debug/pprof/heap?seconds=5&debug=0',
      'a',
      80,
      '/x/debug/pprof/heap?debug=1',
      'pprof-heap-debug1',
      'http://a/x/debug/pprof/heap?debug=1',
    ],
    ['http://bücher.example/m', 'xn--bcher-kva.example', 80, '/m', null, 'http://xn--bcher-kva.example/m'],
  ])('%s', (text, host, port, path, source, shownUrl) => {
    expect(parseEndpointUrl(text)).toMatchObject({ host, port, path, source, shownUrl, auth: null })
  })

  it('keeps user and password for the request, and shows neither', () => {
    const endpoint = parseEndpointUrl('http://ann:p%40ss@host/metrics')
    expect(endpoint.auth).toBe('ann:p@ss')
    expect(endpoint.shownUrl).toBe('http://host/metrics')
  })

  it.each([
    ['', 'urlInvalid'],
    ['http://', 'urlInvalid'],
    ['http://a:99999/', 'urlInvalid'],
    ['http://%zz@a/', 'urlInvalid'],
    [`http://a/${'x'.repeat(3000)}`, 'urlInvalid'],
    ['file:///etc/passwd', 'urlScheme'],
    ['javascript://a/%0aalert(1)', 'urlScheme'],
    ['ftp://a/debug/vars', 'urlScheme'],
    ['http://a/debug/pprof/heap?debug=1&gc=1', 'urlGc'],
    ['http://a/debug/pprof/heap?GC=1', 'urlGc'],
    ['http://a/debug/pprof/heap?%67c=1', 'urlGc'],
    ['http://a/debug/vars?gc=1', 'urlGc'],
    ['http://a/debug/pprof/profile', 'urlNotHeap'],
    ['http://a/debug/pprof/trace?seconds=5', 'urlNotHeap'],
    ['http://a/debug/pprof/goroutine?debug=2', 'urlNotHeap'],
  ])('refuses %s', (text, hint) => {
    const error = expect.objectContaining({ code: 'invalid', hint: `go.endpoint.${hint}` }) as Error
    expect(() => parseEndpointUrl(text)).toThrow(error)
  })

  it('throws nothing but AppError, and never asks for a collection', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl({ withQueryParameters: true }),
          fc.webUrl().map((url) => `${url}?gc=1`),
        ),
        (text) => {
          try {
            const { path } = parseEndpointUrl(text)
            expect(new URL(`http://x${path ?? '/'}`).searchParams.has('gc')).toBe(false)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
        },
      ),
    )
  })
})

it('withUsualPath keeps the address', () => {
  expect(withUsualPath(toEndpointUrl('::1', 6060), 'prometheus')).toMatchObject({
    host: '::1',
    path: '/metrics',
    shownUrl: 'http://[::1]:6060/metrics',
  })
})
