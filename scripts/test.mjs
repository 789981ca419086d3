// npm test: prepares what is missing, then runs every check and adds them up. The last line is `N passed, N failed`.
// Nothing but Node's own modules may be imported before the dependencies are installed.
import { checkElectronTypes } from './checks/electron-types.mjs'
import { runPlaywright } from './checks/playwright.mjs'
import { addTallies, formatTally, isSuccess } from './checks/tally.mjs'
import { parseTestArguments } from './checks/test-arguments.mjs'
import { runTool } from './checks/tool.mjs'
import { runVitest } from './checks/vitest.mjs'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureElectronRuntime } from './setup/electron-runtime.mjs'
import { describeProblem } from './setup/setup-problem.mjs'
import { ensureSystemPackages } from './setup/system-packages.mjs'

/** @typedef {import('./checks/tally.mjs').Tally} Tally */

/** In this order. `needs` names what must be prepared first. */
const checks = [
  {
    id: 'format',
    title: 'Format (prettier)',
    run: () => runTool('prettier', 'bin/prettier.cjs', ['--check', '.']),
  },
  {
    id: 'lint',
    title: 'Lint (eslint)',
    run: () => runTool('eslint', 'bin/eslint.js', ['.', '--max-warnings', '0']),
  },
  { id: 'types', title: 'Types (vue-tsc)', run: () => runTool('vue-tsc', 'bin/vue-tsc.js', ['-b']) },
  { id: 'types', title: 'Types of the fallback Electron', run: () => checkElectronTypes() },
  {
    id: 'unit',
    title: 'Unit and integration tests (vitest)',
    needs: 'system',
    run: (patterns) => runVitest(patterns),
  },
  {
    id: 'e2e',
    title: 'End-to-end tests (Playwright)',
    needs: 'electron',
    run: (patterns) => runPlaywright(patterns),
  },
]

const header = (title) => console.log(`\n=== ${title} ===`)

/** Prepares one thing; a failure is a failed test of its own, and the checks that do not need it still run. */
const prepare = async (title, job) => {
  try {
    await job()
    return null
  } catch (error) {
    header(title)
    console.log(describeProblem(error))
    return { passed: 0, failed: 1, skipped: [] }
  }
}

const main = async () => {
  const { only, patterns } = parseTestArguments(process.argv.slice(2))
  const chosen = checks.filter((check) => !only || check.id === only)
  const tallies = []
  const dependencies = await prepare('Dependencies', ensureDependencies)
  if (dependencies) return dependencies

  const problems = {}
  if (chosen.some((check) => check.needs)) {
    problems.system = await prepare('System packages', () => ensureSystemPackages('test'))
    problems.build = await prepare('Build', ensureBuild)
  }
  if (chosen.some((check) => check.needs === 'electron')) {
    problems.electron = problems.system ?? (await prepare('Electron runtime', ensureElectronRuntime))
  }
  tallies.push(...new Set(Object.values(problems).filter(Boolean)))

  for (const check of chosen) {
    header(check.title)
    const blocked = check.needs === 'electron' && (problems.electron ?? problems.build)
    if (blocked) console.log('Not run: see the failure above.')
    tallies.push(blocked ? { passed: 0, failed: 1, skipped: [] } : await runCheck(check, patterns))
  }
  return addTallies(tallies)
}

const runCheck = async (check, patterns) => {
  try {
    return await check.run(patterns)
  } catch (error) {
    console.log(describeProblem(error))
    return { passed: 0, failed: 1, skipped: [] }
  }
}

/** @param {Tally} tally */
const report = (tally) => {
  if (tally.skipped.length > 0) {
    console.log(`\n!!! SKIPPED ${tally.skipped.length}:`)
    for (const reason of tally.skipped) console.log(`!!!   ${reason}`)
  }
  process.exitCode = isSuccess(tally) ? 0 : 1
  console.log(`\n${formatTally(tally)}`)
}

const usage = 'Usage: npm test [-- --only format|lint|types|unit|e2e [file patterns]]'
try {
  report(await main())
} catch (error) {
  console.error(error.code === 'usage' ? `${error.message}\n${usage}` : error)
  process.exitCode = error.code === 'usage' ? 2 : 1
  console.log('\n0 passed, 1 failed')
}
