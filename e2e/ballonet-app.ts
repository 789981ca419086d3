import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  _electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
  type TestInfo,
} from '@playwright/test'

export const repositoryDir = join(import.meta.dirname, '..')

/** A running Ballonet with a data folder of its own. */
export interface BallonetApp {
  electron: ElectronApplication
  page: Page
  /** Pid of Electron's main process. */
  mainPid: number
  /** Pid of the backend's utility process. */
  backendPid(): Promise<number>
  /** Console errors and main-process warnings that a test expects; anything else fails it. */
  expectNoise: (pattern: RegExp) => void
}

export interface LaunchOptions {
  colorScheme?: 'light' | 'dark'
  locale?: 'en' | 'zh-CN'
  /** After the app's own, as from a shell. */
  arguments?: readonly string[]
  /** Over the environment of the test. */
  env?: Record<string, string>
}

// What Chromium says on a machine without a session bus, a GPU or a screen; none of it is ours.
const knownNoise = [
  /dbus|bus\.cc/i,
  /gpu|GPU|vulkan|viz|GLES|gl_/,
  /DevTools listening|Debugger listening|Debugger attached|Debugger ending|Waiting for the debugger|For help, see/,
  /Running as root without --no-sandbox/,
  /^\s*$/,
]

export async function launchBallonet(
  options: LaunchOptions = {},
): Promise<BallonetApp & { close(): Promise<void>; noise: string[] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballonet-e2e-'))
  const noise: string[] = []
  const expected: RegExp[] = [...knownNoise]
  const isRoot = process.getuid?.() === 0
  const electron = await _electron.launch({
    args: [
      repositoryDir,
      `--user-data-dir=${dataDir}`,
      `--lang=${options.locale ?? 'en'}`,
      '--log-level=3',
      ...(isRoot ? ['--no-sandbox'] : []),
      ...(options.arguments ?? []),
    ],
    chromiumSandbox: !isRoot,
    colorScheme: options.colorScheme ?? 'light',
    env: { ...(process.env as Record<string, string>), LANG: 'C.UTF-8', ...options.env },
  })
  const child = electron.process()
  child.stderr?.on('data', (data: Buffer) => {
    for (const line of data.toString().split('\n'))
      if (!expected.some((known) => known.test(line))) noise.push(line)
  })
  const page = await electron.firstWindow()
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.some((known) => known.test(message.text())))
      noise.push(message.text())
  })
  page.on('pageerror', (error) => noise.push(String(error)))
  return {
    electron,
    page,
    noise,
    mainPid: child.pid!,
    backendPid: () =>
      electron.evaluate(({ app }) => {
        const found = app
          .getAppMetrics()
          .find((metric) => metric.type === 'Utility' && metric.name === 'Ballonet backend')
        if (found === undefined) throw new Error('the backend does not run')
        return found.pid
      }),
    expectNoise: (pattern) => void expected.push(pattern),
    async close() {
      await electron.close().catch(() => undefined)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** On a machine without a display there is nothing else to look at. A page that does not answer says so. */
async function printPage(page: Page, { title, retry }: TestInfo): Promise<void> {
  const text = await page
    .locator('body')
    .ariaSnapshot({ timeout: 5000 })
    .catch((error: unknown) => `can not be read: ${String(error)}`)
  console.log(`--- ${title}, attempt ${retry + 1}: the page at its failure\n${text.slice(0, 6000)}`)
}

/** Specs get a fresh app; one that wrote an error that nobody expected fails. */
export const test = base.extend<{ launch: LaunchOptions; ballonet: BallonetApp }>({
  launch: [{}, { option: true }],
  ballonet: async ({ launch }, use, info) => {
    const app = await launchBallonet(launch)
    try {
      await use(app)
      if (info.status !== info.expectedStatus) await printPage(app.page, info)
      expect(app.noise).toEqual([])
    } finally {
      await app.close()
    }
  },
})

export { expect } from '@playwright/test'
