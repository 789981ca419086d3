import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cloneCacheDir, projectDir } from '../setup/paths.mjs'
import { tallyPlaywright } from './tally.mjs'
import { runInTerminal } from './tool.mjs'
import { withVirtualDisplay } from './virtual-display.mjs'

/** @param {string[]} patterns of spec files; none means all */
export const runPlaywright = async (patterns) => {
  const reportFile = join(cloneCacheDir, 'test', 'e2e.json')
  rmSync(reportFile, { force: true })
  const config = join(projectDir, 'e2e', 'playwright.config.ts')
  const status = await withVirtualDisplay((env) =>
    runInTerminal(
      '@playwright/test',
      'cli.js',
      ['test', '--config', config, '--reporter=list,json', ...patterns],
      {
        ...env,
        PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
      },
    ),
  )
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: [] }
  return tallyPlaywright(JSON.parse(readFileSync(reportFile, 'utf8')), status)
}
