import { expect, it } from 'vitest'
import { parseEndpointUrl, toEndpointUrl, withUsualPath } from './endpoint-url'
import { toHeapProfileUrls } from './heap-profile-url'

const pathsOf = (typed: string): (string | null)[] =>
  toHeapProfileUrls(parseEndpointUrl(typed)).map(({ path }) => path)

it.each([
  ['h:1', ['/debug/pprof/heap']],
  ['h:1/debug/vars', ['/debug/pprof/heap']],
  ['h:1/metrics', ['/debug/pprof/heap']],
  ['h:1/debug/pprof', ['/debug/pprof/heap']],
  ['h:1/debug/pprof/heap?debug=1', ['/debug/pprof/heap']],
  ['h:1/admin/debug/vars', ['/admin/debug/pprof/heap', '/debug/pprof/heap']],
  ['h:1/admin/metrics?name[]=x', ['/admin/debug/pprof/heap', '/debug/pprof/heap']],
  [
    'h:1/p/debug/pprof/heap?seconds=5&token=a%20b&debug=2',
    ['/p/debug/pprof/heap?token=a+b', '/debug/pprof/heap'],
  ],
  ['h:1/numbers.json', ['/debug/pprof/heap']],
])('finds pprof beside %s', (typed, paths) => expect(pathsOf(typed)).toEqual(paths))

it.each(['debug=1;gc=1', 'a=1;gc=1', 'debug=%31', 'x=1%26gc=1', 'DEBUG=1'])(
  'asks with neither gc nor debug: %s',
  (query) => {
    for (const path of pathsOf(`h:1/debug/pprof/heap?${query}`)) expect(path).not.toMatch(/[?&;](gc|debug)=/i)
  },
)

it('keeps address, encryption and login, and shows no password', () => {
  const [url] = toHeapProfileUrls(parseEndpointUrl('https://me:secret@h.example/debug/vars'))
  expect(url).toMatchObject({
    isTls: true,
    host: 'h.example',
    port: 443,
    auth: 'me:secret',
    shownUrl: 'https://h.example/debug/pprof/heap',
  })
  expect(toHeapProfileUrls(withUsualPath(toEndpointUrl('::1', 80), 'expvar'))[0]?.shownUrl).toBe(
    'http://[::1]:80/debug/pprof/heap',
  )
})
