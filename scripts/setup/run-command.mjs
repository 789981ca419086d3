import { spawn } from 'node:child_process'

const KEPT_OUTPUT_CHARS = 8000

/**
 * Runs a command with its output kept, not shown.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs?: number }} options
 * @returns {Promise<{ status: number | null, stdout: string, output: string, timedOut: boolean }>} `output` is the end
 *   of both streams; status is null when a signal or the time limit ended it, or when it could not be started
 */
export const runCommand = (command, args, { timeoutMs = 0, ...options } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let stdout = ''
    let output = ''
    let timedOut = false
    const keep = (text) => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARS)
    }
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text
      keep(text)
    })
    child.stderr?.setEncoding('utf8').on('data', keep)
    const timer =
      timeoutMs > 0 &&
      setTimeout(() => {
        timedOut = true
        child.kill('SIGKILL')
      }, timeoutMs)
    const finish = (status) => {
      if (timer) clearTimeout(timer)
      resolve({ status, stdout, output, timedOut })
    }
    child.on('error', (error) => {
      keep(error.message)
      finish(null)
    })
    child.on('close', (status) => finish(status))
  })

/**
 * The command line that starts npm: the npm that runs this script, when there is one.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, firstArgs: string[], shell: boolean }}
 */
export const npmCommand = (env = process.env) =>
  env.npm_execpath?.endsWith('.js')
    ? { command: process.execPath, firstArgs: [env.npm_execpath], shell: false }
    : { command: 'npm', firstArgs: [], shell: process.platform === 'win32' }

/** Runs npm with its output kept. */
export const runNpm = (args, options = {}) => {
  const { command, firstArgs, shell } = npmCommand()
  return runCommand(command, [...firstArgs, ...args], { shell, ...options })
}
