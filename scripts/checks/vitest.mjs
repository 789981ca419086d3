import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cloneCacheDir } from '../setup/paths.mjs'
import { tallyVitest } from './tally.mjs'
import { runInTerminal } from './tool.mjs'

/** @param {string[]} patterns of test files; none means all */
export const runVitest = async (patterns) => {
  const reportFile = join(cloneCacheDir, 'test', 'unit.json')
  rmSync(reportFile, { force: true })
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...patterns,
  ]
  const status = await runInTerminal('vitest', 'vitest.mjs', args)
  if (existsSync(reportFile)) return tallyVitest(JSON.parse(readFileSync(reportFile, 'utf8')), status)
  return { passed: 0, failed: 1, skipped: [] }
}
