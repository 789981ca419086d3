import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withProgress } from '../../scripts/setup/progress.mjs'
import { runCommand } from '../../scripts/setup/run-command.mjs'
import { SetupProblem } from '../../scripts/setup/setup-problem.mjs'
import { benchDir, builtDir, projectDir } from './paths.mjs'

const vite = join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js')
const viteBuild = (mode) => [
  process.execPath,
  [vite, 'build', '-c', join(benchDir, 'vite.config.ts'), '--mode', mode],
]
const compile = (name, ...flags) => [
  'gcc',
  ['-O2', ...flags, '-o', join(builtDir, name), join(benchDir, 'c', `${name}.c`)],
]

/** Builds the peers in C and the product's own parts that are measured outside of the app. */
export const buildBench = () =>
  withProgress('Building the benchmark', async () => {
    mkdirSync(builtDir, { recursive: true })
    const steps = [compile('dummies', '-static'), compile('peer'), viteBuild('node'), viteBuild('page')]
    for (const [command, args] of steps) {
      const { status, output } = await runCommand(command, args, { cwd: projectDir })
      if (status !== 0)
        throw new SetupProblem(`${command} failed.`, 'correct what the message above names.', output)
    }
  })
