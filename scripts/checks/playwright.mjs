import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cloneCacheDir, projectDir } from '../setup/paths.mjs'
import { findErrorContexts, tallyPlaywright } from './tally.mjs'
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
  const report = JSON.parse(readFileSync(reportFile, 'utf8'))
  printFailedPages(report)
  return tallyPlaywright(report, status)
}

const maxPageCharacters = 6000

/** What the page showed when a test failed: on a machine without a display there is nothing else to look at. */
const printFailedPages = (report) => {
  for (const { title, attempt, path } of findErrorContexts(report)) {
    if (!existsSync(path)) continue
    console.log(`\n--- ${title}, attempt ${attempt}: the page at its failure`)
    console.log(readFileSync(path, 'utf8').slice(0, maxPageCharacters))
  }
}
