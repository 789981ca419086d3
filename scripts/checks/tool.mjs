import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectDir } from '../setup/paths.mjs'

/**
 * Runs a program of node_modules in this terminal.
 * @param {string} name of the package
 * @param {string} program its file inside the package
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env added to the environment
 * @returns {Promise<number>} exit status; 1 when a signal ended it
 */
export const runInTerminal = (name, program, args, env = {}) =>
  new Promise((resolve, reject) => {
    const file = join(projectDir, 'node_modules', name, program)
    const child = spawn(process.execPath, [file, ...args], {
      cwd: projectDir,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.on('error', reject)
    child.on('exit', (status) => resolve(status ?? 1))
  })

/** A tool that counts as one test. @returns {Promise<import('./tally.mjs').Tally>} */
export const runTool = async (name, program, args) => {
  const status = await runInTerminal(name, program, args)
  if (status === 0) console.log('ok')
  return status === 0 ? { passed: 1, failed: 0, skipped: [] } : { passed: 0, failed: 1, skipped: [] }
}
