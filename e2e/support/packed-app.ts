import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type Browser, type Page } from '@playwright/test'
import { repositoryDir } from '../ballonet-app'
import { killAll, readTree, untilEnded } from './process-tree'

let packing: Promise<string> | undefined

/** The folder that `npm run dist` makes for this system; packed once. */
export function packApp(): Promise<string> {
  packing ??= promisify(execFile)(process.execPath, [join(repositoryDir, 'scripts', 'dist.mjs'), '--dir'], {
    cwd: repositoryDir,
  }).then(() => join(repositoryDir, 'release', 'linux-unpacked'))
  return packing
}

/** A packed app, driven from outside: its fuses let no test code into the main process. */
export interface PackedApp {
  child: ChildProcess
  browser: Browser
  page: Page
  mainPid: number
  /** What it has written to standard error. */
  errors(): string
  /** Ends whatever is left of it. */
  end(): Promise<void>
}

export interface PackedAppOptions {
  exe: string
  dataDir: string
  args?: readonly string[]
  env?: NodeJS.ProcessEnv
  uid?: number
  gid?: number
}

export async function startPackedApp(options: PackedAppOptions): Promise<PackedApp> {
  const child = spawn(
    options.exe,
    ['--remote-debugging-port=0', `--user-data-dir=${options.dataDir}`, '--lang=en', ...(options.args ?? [])],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LANG: 'C.UTF-8', ...options.env },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid, cwd: options.dataDir }),
    },
  )
  let text = ''
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no DevTools address:\n${text}`)), 30_000)
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal}:\n${text}`)))
    child.stderr.on('data', (data: Buffer) => {
      text += data.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    })
  })
  const mainPid = child.pid!
  const end = async (): Promise<void> => {
    const pids = readTree(mainPid, { withSessions: true })
    killAll(pids)
    await untilEnded(pids, 5000)
  }
  try {
    const browser = await chromium.connectOverCDP(address)
    const context = browser.contexts()[0]!
    const page = context.pages()[0] ?? (await context.waitForEvent('page'))
    return { child, browser, page, mainPid, errors: () => text, end }
  } catch (error) {
    await end()
    throw error
  }
}
