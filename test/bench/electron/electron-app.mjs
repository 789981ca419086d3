import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findElectronRuntime } from '../../../scripts/setup/electron-runtime.mjs'
import { benchDir, projectDir } from '../paths.mjs'
import { endLeftOver, readTree } from './process-tree.mjs'

const startLimitMs = 60_000
const answerLimitMs = 90_000
const endGraceMs = 8000

export const bareDir = join(benchDir, 'electron', 'bare')

/**
 * Starts Electron with an app: the product (`projectDir`) or the bare window (`bareDir`), each with the same switches and
 * an own, empty data folder.
 * @param {string} appDir
 * @param {{ display: NodeJS.ProcessEnv, env?: NodeJS.ProcessEnv, args?: string[], watch?: string }} options `watch`: a script
 *   of the page that resolves, with the time in ms since the epoch, when what is waited for is painted
 */
export const startElectron = async (appDir, { display, env = {}, args = [], watch = '' }) => {
  const { executable } = findElectronRuntime()
  const dataDir = mkdtempSync(join(tmpdir(), 'ballonet-bench-'))
  const isRoot = process.getuid?.() === 0
  const allArgs = [
    '-r',
    join(benchDir, 'electron', 'hook.cjs'),
    appDir,
    `--user-data-dir=${dataDir}`,
    '--lang=en',
    '--log-level=3',
    '--force-device-scale-factor=1',
    ...(isRoot ? ['--no-sandbox'] : []),
    ...args,
  ]
  const spawnedAtMs = Date.now()
  const child = spawn(executable, allArgs, {
    cwd: projectDir,
    env: { ...process.env, ...display, ...env, LANG: 'C.UTF-8', BENCH_WATCH: watch },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let messages = ''
  child.stderr.on('data', (text) => (messages = (messages + text).slice(-4000)))
  const answers = new Map()
  let settleReady
  const ready = new Promise((resolve, reject) => (settleReady = { resolve, reject }))
  const timer = setTimeout(() => settleReady.reject(new Error('no window within a minute')), startLimitMs)
  child.on('error', (error) => settleReady.reject(error))
  child.on('exit', (status, signal) => {
    const error = new Error(`Electron ended with ${signal ?? status}\n${messages}`)
    settleReady.reject(error)
    for (const { reject } of answers.values()) reject(error)
    answers.clear()
  })
  child.on('message', (message) => {
    if (message.ready)
      return message.error ? settleReady.reject(new Error(message.error)) : settleReady.resolve(message)
    const waiting = answers.get(message.id)
    answers.delete(message.id)
    if (message.error) waiting?.reject(new Error(message.error))
    else waiting?.resolve(message.value)
  })

  let lastId = 0
  /** Runs a function body in the main process: `electron`, `require` and `argument` are there; it may await. */
  const evaluate = (body, argument = null) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const limit = setTimeout(() => {
        answers.delete(id)
        reject(new Error(`no answer within ${answerLimitMs / 1000} s: ${body.trim().slice(0, 80)}`))
      }, answerLimitMs)
      limit.unref()
      const settle = (finish) => (value) => {
        clearTimeout(limit)
        finish(value)
      }
      answers.set(id, { resolve: settle(resolve), reject: settle(reject) })
      child.send({ id, body, argument })
    })

  const close = async () => {
    clearTimeout(timer)
    const pids = readTree(child.pid)
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      evaluate('electron.app.quit()').catch(() => {})
      const grace = setTimeout(() => child.kill('SIGKILL'), endGraceMs)
      await ended
      clearTimeout(grace)
    }
    endLeftOver(pids)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  try {
    const { paintedAtMs = null } = await ready
    clearTimeout(timer)
    return {
      pid: child.pid,
      startMs: paintedAtMs === null ? null : paintedAtMs - spawnedAtMs,
      evaluate,
      /** Runs an expression in the page of the first window. */
      inPage: (expression) =>
        evaluate(
          'return electron.BrowserWindow.getAllWindows()[0].webContents.executeJavaScript(argument)',
          expression,
        ),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
