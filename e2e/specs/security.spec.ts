import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, repositoryDir, test, type BallonetApp } from '../ballonet-app'
import { openPort, sendAllThroughPort, sendThroughPort } from '../support/raw-port'

/** The page's own bridge, called as code that has taken the page over would. */
function invoke(page: Page, method: unknown, params: unknown): Promise<unknown> {
  return page.evaluate(
    ([name, value]) =>
      (
        window as unknown as { ballonet: { invoke(method: unknown, params: unknown): Promise<unknown> } }
      ).ballonet.invoke(name, value),
    [method, params] as const,
  )
}

const refusedCode = (code: string) =>
  expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })

test('the page has three functions and nothing of Node or Electron', async ({
  ballonet: { page, electron },
}) => {
  const globals = await page.evaluate(() => ({
    found: [
      'require',
      'process',
      'module',
      'global',
      'Buffer',
      'electron',
      'ipcRenderer',
      '__dirname',
    ].filter((name) => name in window),
    bridge: Object.entries((window as unknown as { ballonet: object }).ballonet).map(([name, value]) => [
      name,
      typeof value,
    ]),
    isChangeable: (() => {
      'use strict'
      try {
        ;(window as unknown as { ballonet: { invoke: unknown } }).ballonet.invoke = () => 'mine'
        return true
      } catch {
        return false
      }
    })(),
  }))
  expect(globals.found).toEqual([])
  expect(globals.bridge.sort()).toEqual([
    ['connectBackend', 'function'],
    ['invoke', 'function'],
    ['onEvent', 'function'],
  ])
  expect(globals.isChangeable).toBe(false)
  const preferences = await electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } =
      contents.getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag }
  })
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  })
  expect(preferences.webviewTag ?? false).toBe(false)
})

test('the content security policy lets nothing in and nothing out', async ({ ballonet }) => {
  ballonet.expectNoise(/Content Security Policy|Refused to|ERR_BLOCKED_BY_CSP|violates|--trace-warnings/)
  const { page } = ballonet
  const directives = await page.evaluate(async () => {
    const violated: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective))
    const add = (tag: string, change: (element: HTMLElement) => void): void => {
      const element = document.createElement(tag)
      change(element)
      document.body.append(element)
    }
    add('script', (element) => (element.textContent = 'window.injected = true'))
    add('div', (element) => {
      element.setAttribute('onclick', 'window.injected = true')
      element.click()
    })
    add('script', (element) => element.setAttribute('src', 'https://example.org/x.js'))
    add('img', (element) => element.setAttribute('src', 'https://example.org/x.png'))
    add('iframe', (element) => element.setAttribute('src', 'data:text/html,x'))
    add('object', (element) => element.setAttribute('data', 'https://example.org/x.pdf'))
    add('style', (element) => (element.textContent = 'body { color: red }'))
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1:1/',
      'app://bundle/index.html',
      'data:text/plain,x',
    ]) {
      await fetch(url).then(
        () => violated.push(`fetched ${url}`),
        () => undefined,
      )
    }
    try {
      new WebSocket('ws://127.0.0.1:1/')
    } catch {
      // Chromium throws or tells the event: either is a refusal.
    }
    // What the debugger calls may eval, so it is tried from a timer.
    await new Promise<void>((resolve) =>
      setTimeout(() => {
        try {
          window.eval('window.injected = true')
        } catch {
          violated.push('eval refused')
        }
        resolve()
      }),
    )
    try {
      new Worker(URL.createObjectURL(new Blob(['1'])))
    } catch {
      violated.push('worker refused')
    }
    // What is blocked is told in tasks of their own.
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { violated: [...new Set(violated)].sort(), injected: 'injected' in window }
  })
  expect(directives.injected).toBe(false)
  expect(directives.violated.filter((found) => found.startsWith('fetched'))).toEqual([])
  expect(directives.violated).toEqual(
    expect.arrayContaining([
      'connect-src',
      'eval refused',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-elem',
      'worker-src',
    ]),
  )
})

test('no window is opened, no other page is loaded, no <webview> is attached', async ({ ballonet }) => {
  ballonet.expectNoise(/Content Security Policy|Refused to|Not allowed to|violates/)
  const { page, electron } = ballonet
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const opened = await page.evaluate(() =>
    ['https://example.org/', 'about:blank', 'app://bundle/index.html', 'file:///etc/passwd'].map(
      (url) => window.open(url) === null,
    ),
  )
  expect(opened).toEqual([true, true, true, true])
  for (const url of [
    'https://example.org/',
    'data:text/html,gone',
    'file:///etc/passwd',
    'app://bundle.example.org/',
  ])
    await page.evaluate((target) => void (window.location.href = target), url).catch(() => undefined)
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://example.org/'
    link.target = '_blank'
    document.body.append(link)
    link.click()
    const form = document.createElement('form')
    form.action = 'https://example.org/'
    document.body.append(form)
    form.submit()
    const webview = document.createElement('webview')
    webview.setAttribute('src', 'https://example.org/')
    document.body.append(webview)
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const contents = await electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((found) => ({ url: found.getURL(), type: found.getType() })),
  )
  expect(contents).toEqual([{ url: 'app://bundle/index.html', type: 'window' }])
  // Playwright still waits for the pages that were asked for, so the window itself is asked.
  const title: unknown = await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(`document.querySelector('h1').innerText`),
  )
  expect(title).toBe('Where has the memory gone?')
})

test('no permission is given but writing to the clipboard', async ({ ballonet: { page, electron } }) => {
  const answers = await page.evaluate(async () => {
    const refused = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => 'given',
        () => 'refused',
      )
    const locate = (): Promise<unknown> =>
      new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))
    return {
      notifications: await Notification.requestPermission(),
      camera: await refused(navigator.mediaDevices.getUserMedia({ video: true })),
      microphone: await refused(navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await refused(navigator.mediaDevices.getDisplayMedia()),
      geolocation: await refused(locate()),
      clipboardRead: await refused(navigator.clipboard.readText()),
    }
  })
  expect(answers).toEqual({
    notifications: 'denied',
    camera: 'refused',
    microphone: 'refused',
    screen: 'refused',
    geolocation: 'refused',
    clipboardRead: 'refused',
  })
  // Writing wants a focused page, so a real press.
  await page.evaluate(() => {
    const button = document.createElement('button')
    button.textContent = 'copy for the test'
    button.addEventListener('click', () => {
      navigator.clipboard.writeText('written by the test').then(
        () => (button.textContent = 'copied'),
        (error: unknown) => (button.textContent = String(error)),
      )
    })
    document.body.prepend(button)
  })
  await page.getByRole('button', { name: 'copy for the test' }).click()
  await expect(page.getByRole('button', { name: 'copied' })).toBeVisible()
  expect(await electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('written by the test')
})

test('the main process answers bad requests with an error and never fails', async ({
  ballonet: { page, electron },
}) => {
  for (const method of [
    'nothing',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'x'.repeat(100_000),
  ])
    expect(await invoke(page, method, null)).toEqual(refusedCode('unsupported'))
  for (const method of [null, 1, {}, ['app.info'], undefined])
    expect(await invoke(page, method, null)).toEqual(refusedCode('unsupported'))
  for (const params of [undefined, 1, 'x', {}, [], { __proto__: 1 }])
    expect(await invoke(page, 'app.info', params)).toEqual(refusedCode('invalid'))
  expect(await invoke(page, 'app.info', null)).toMatchObject({ ok: true })
  // An exception that nobody caught would have shown Electron's own error box, or ended the app.
  expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('settings take only what fits', async ({ ballonet: { page } }) => {
  const before = await invoke(page, 'settings.get', null)
  const junk = [
    null,
    'dark',
    { theme: 'blue' },
    { theme: ['dark'] },
    { locale: '../../etc' },
    { columns: 'pid' },
    { columns: ['nothing'] },
    { columns: Array.from({ length: 100_000 }, () => 'pid') },
    { panes: { rail: ['a'] } },
    { panes: { rail: [Number.NaN] } },
    { panes: 1 },
  ]
  for (const change of junk) {
    expect(await invoke(page, 'settings.set', change), JSON.stringify(change)?.slice(0, 80)).toEqual(
      refusedCode('invalid'),
    )
  }
  // Names that are not settings are refused or dropped, never kept.
  await invoke(page, 'settings.set', { extra: 1 })
  await invoke(page, 'settings.set', JSON.parse('{"__proto__":{"theme":"dark"}}'))
  expect(await invoke(page, 'settings.get', null)).toEqual(before)
  expect(await invoke(page, 'settings.set', { theme: 'dark' })).toMatchObject({
    ok: true,
    value: { theme: 'dark' },
  })
})

test('saving an image takes only a PNG, and only a name', async ({ ballonet: { page, electron } }) => {
  await electron.evaluate(({ dialog }) => {
    const seen: unknown[] = []
    ;(globalThis as unknown as { seenPaths: unknown[] }).seenPaths = seen
    dialog.showSaveDialog = ((options: { defaultPath?: string }) => {
      seen.push(options.defaultPath)
      return Promise.resolve({ canceled: true, filePath: '' })
    }) as typeof dialog.showSaveDialog
  })
  /** Made in the page: bytes do not pass through evaluate's JSON. */
  const save = (suggestedName: string, byteCount: number, isPng = true): Promise<unknown> =>
    page.evaluate(
      ([name, count, png]) => {
        const pngBytes = new Uint8Array(count)
        if (png) pngBytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].slice(0, count))
        return (
          window as unknown as { ballonet: { invoke(method: string, params: unknown): Promise<unknown> } }
        ).ballonet.invoke('image.save', { suggestedName: name, pngBytes })
      },
      [suggestedName, byteCount, isPng] as const,
    )
  expect(await save('x.png', 100, false)).toEqual(refusedCode('invalid'))
  expect(await save('x.png', 4)).toEqual(refusedCode('invalid'))
  expect(await save('x.png', 0)).toEqual(refusedCode('invalid'))
  expect(await save('x.png', 64 * 1024 * 1024 + 1)).toEqual(refusedCode('invalid'))
  expect(await save('x'.repeat(300), 100)).toEqual(refusedCode('invalid'))
  for (const params of [
    null,
    {},
    { suggestedName: 'x', pngBytes: 'iVBOR' },
    { suggestedName: 1, pngBytes: [0x89] },
  ])
    expect(await invoke(page, 'image.save', params)).toEqual(refusedCode('invalid'))

  const names = [
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\Windows\\x.png',
    '.bashrc',
    '..',
    '',
    'a\0b\n.png',
    '内存 1.png',
  ]
  for (const name of names) expect(await save(name, 100)).toEqual({ ok: true, value: false })
  const paths = await electron.evaluate(() => (globalThis as unknown as { seenPaths: string[] }).seenPaths)
  expect(paths).toHaveLength(names.length)
  for (const path of paths) expect(path).toMatch(/^[^./\\][^/\\\0\n]*$/)
  expect(paths.at(-1)).toBe('内存 1.png')
})

test('the backend answers whatever comes over its port, and lives', async ({ ballonet }) => {
  const { page } = ballonet
  const pid = await ballonet.backendPid()
  await openPort(page)
  const target = await sendThroughPort(page, 'targets.open', { spec: 'local' })
  expect(target).toMatchObject({ ok: true })
  const { id: targetId } = (target as { value: { id: string } }).value

  for (const method of ['nothing', '__proto__', 'constructor', 'toString', 'x'.repeat(100_000)])
    expect(await sendThroughPort(page, method, null)).toEqual(refusedCode('unsupported'))

  const key = { pid: 1, startTimeTicks: 0 }
  const long = 'x'.repeat(100_000)
  const bad: [string, unknown][] = [
    ['targets.list', {}],
    ['targets.open', null],
    ['targets.open', { spec: 1 }],
    ['targets.open', { spec: long }],
    ['targets.open', { spec: 'local', path: '/etc/passwd' }],
    ['table.subscribe', { targetId, columns: ['nothing'], visibleRowIds: [] }],
    [
      'table.subscribe',
      { targetId, columns: [], visibleRowIds: Array.from({ length: 1_000_000 }, (_, i) => i) },
    ],
    ['table.subscribe', { targetId, columns: [], visibleRowIds: [-1] }],
    ['table.subscribe', { targetId: 'no-such-target', columns: [], visibleRowIds: [] }],
    ['process.watch', { targetId, key: { pid: -1, startTimeTicks: 0 } }],
    ['process.watch', { targetId, key: { pid: 1.5, startTimeTicks: 0 } }],
    ['process.watch', { targetId, key: { pid: '../1', startTimeTicks: 0 } }],
    ['process.watch', { targetId, key: [1] }],
    ['process.unwatch', { targetId: {}, key }],
    ['endpoint.set', { targetId, key, url: long }],
    ['endpoint.set', { targetId, key, url: 'http://127.0.0.1:1/' }],
    ['endpoint.askOnce', { targetId, key }],
    ['rollup.allow', { targetId, key: null }],
    ['balloon.plan', { targetId, key, settings: { maxBytes: -1 } }],
    ['balloon.plan', { targetId, key, settings: { holdMs: 1e12 } }],
    ['balloon.plan', { targetId, key, settings: { domain: 'host; rm -rf /' } }],
    ['balloon.start', { targetId, key, settings: {}, acceptedRisks: [] }],
    ['balloon.start', { targetId, key, acceptedRisks: Array.from({ length: 1000 }, () => 'x') }],
    ['balloon.deflate', { targetId: null }],
    ['demo.start', { path: '/bin/sh' }],
  ]
  const refusals = await sendAllThroughPort(page, bad)
  for (const [i, [method, params]] of bad.entries())
    expect(refusals[i], `${method} ${JSON.stringify(params).slice(0, 80)}`).toEqual(refusedCode('invalid'))
  for (const spec of ['', 'ssh:-oProxyCommand=x', 'exec:touch /tmp/x', 'file:///etc'])
    expect(await sendThroughPort(page, 'targets.open', { spec })).toMatchObject({ ok: false })

  const junk = await page.evaluate(() => {
    const port = (window as unknown as { testPort: MessagePort }).testPort
    const all = [
      null,
      1,
      'x',
      [],
      {},
      { kind: 'request' },
      { kind: 'request', id: 'x', method: 'x' },
      { kind: 'reply', id: 1 },
    ]
    for (const message of all) port.postMessage(message)
    port.postMessage({ kind: 'reply', id: 1, result: { ok: true, value: 1 } })
    port.postMessage({ kind: 'request', id: Number.NaN, method: 'demo.stop', params: null })
    port.postMessage(new Uint8Array(1_000_000))
    port.postMessage(new Map([[1, new Set([new Date()])]]))
    return all.length
  })
  expect(junk).toBeGreaterThan(0)

  const params = { targetId, columns: ['rssBytes'], visibleRowIds: [] }
  const answers = await sendAllThroughPort(
    page,
    Array.from({ length: 1000 }, () => ['table.subscribe', params] as const),
  )
  expect(answers.every((answer) => (answer as { ok: boolean }).ok)).toBe(true)
  expect(await sendThroughPort(page, 'table.unsubscribe', { targetId })).toEqual({ ok: true, value: null })
  expect(await ballonet.backendPid()).toBe(pid)
})

test('app:// serves the built page and no other file', async ({ ballonet: { electron } }) => {
  const statuses = await electron.evaluate(async ({ net }) => {
    const paths = [
      'app://bundle/',
      'app://bundle/index.html',
      'app://bundle/../package.json',
      'app://bundle/../../package.json',
      'app://bundle/%2e%2e/package.json',
      'app://bundle/%2e%2e/%2e%2e/package.json',
      'app://bundle/..%2F..%2Fpackage.json',
      'app://bundle/%2e%2e%2f%2e%2e%2fpackage.json',
      'app://bundle/assets/..%2F..%2F..%2Fpackage.json',
      'app://bundle/%2Fetc%2Fpasswd',
      'app://bundle//etc/passwd',
      'app://bundle/..%5C..%5Cpackage.json',
      'app://bundle/%00',
      'app://bundle/%E0%A4',
      'app://bundle/assets',
      'app://bundle/nothing.js',
      'app://other/index.html',
    ]
    const answers: [string, number, string | null][] = []
    for (const path of paths) {
      const response = await net
        .fetch(path)
        .catch((error: unknown) => ({ status: String(error), headers: new Headers() }))
      answers.push([path, response.status as number, response.headers.get('content-security-policy')])
    }
    return answers
  })
  const served = statuses.filter(([, status]) => status === 200)
  expect(served.map(([path]) => path)).toEqual(['app://bundle/', 'app://bundle/index.html'])
  for (const [, , policy] of served) expect(policy).toContain("default-src 'none'")
  expect(statuses.slice(2).filter(([, status]) => status !== 404)).toEqual([])
})

test('a page that is not ours is not answered, whatever preload it has', async ({ ballonet }) => {
  ballonet.expectNoise(/Content Security Policy|Refused to|violates/)
  const answers = await askFromForeignPages(ballonet)
  expect(answers).toHaveLength(3)
  for (const { url, answer, hasPort } of answers) {
    expect(answer, url).toEqual(refusedCode('refused'))
    expect(hasPort, url).toBe(false)
  }
})

/** A second window with the app's own preload that shows something else; what its bridge says there. */
async function askFromForeignPages({ electron }: BallonetApp) {
  const file = test.info().outputPath('foreign.html')
  writeFileSync(file, '<p>foreign</p>')
  const urls = ['data:text/html,foreign', 'about:blank', `file://${file}`]
  const preload = join(repositoryDir, 'out', 'preload', 'index.cjs')
  return electron.evaluate(
    async ({ BrowserWindow }, options) => {
      const answers: { url: string; answer: unknown; hasPort: boolean }[] = []
      for (const url of options.urls) {
        const window = new BrowserWindow({
          show: false,
          webPreferences: { preload: options.preload, sandbox: true, contextIsolation: true },
        })
        await window.loadURL(url)
        const { answer, hasPort } = (await window.webContents.executeJavaScript(`(async () => {
          const port = new Promise((resolve) => {
            addEventListener('message', (event) => event.data?.kind === 'ballonet-backend-port' && resolve(true))
            setTimeout(() => resolve(false), 700)
          })
          ballonet.connectBackend()
          return { answer: await ballonet.invoke('settings.get', null), hasPort: await port }
        })()`)) as { answer: unknown; hasPort: boolean }
        answers.push({ url, answer, hasPort })
        window.destroy()
      }
      return answers
    },
    { urls, preload },
  )
}
