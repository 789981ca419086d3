import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { cloneCacheDir, projectDir } from './paths.mjs'
import { withProgress } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { SetupProblem } from './setup-problem.mjs'
import { hashInputs, isStampFresh, writeStamp } from './stamp.mjs'

const INPUTS = [
  'src',
  'assets',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
]
const OUTPUTS = [
  'main/index.js',
  'main/backend.js',
  'main/cli.js',
  'preload/index.cjs',
  'renderer/index.html',
]

// Inside out/main, because every other build of it (electron-vite by hand) empties that folder.
const stampFile = join(projectDir, 'out', 'main', '.build-stamp')

const currentHash = () =>
  hashInputs(
    projectDir,
    INPUTS.map((name) => join(projectDir, name)),
  )

const isFresh = () =>
  OUTPUTS.every((name) => existsSync(join(projectDir, 'out', name))) && isStampFresh(stampFile, currentHash())

/** Builds out/ with electron-vite when its sources have changed. */
export const ensureBuild = async () => {
  if (isFresh()) return
  await withLock(join(cloneCacheDir, 'build.lock'), async () => {
    if (isFresh()) return
    await withProgress('Building', build)
  })
}

const build = async () => {
  const hash = currentHash()
  const program = join(projectDir, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { status, output } = await runCommand(process.execPath, [program, 'build'], { cwd: projectDir })
  const missing = OUTPUTS.filter((name) => !existsSync(join(projectDir, 'out', name)))
  if (status === 0 && missing.length === 0) {
    writeStamp(stampFile, hash)
    return
  }
  throw new SetupProblem(
    status === 0 ? `The build has left out ${missing.join(', ')}.` : 'The build failed.',
    'correct what the message above names. If the sources are untouched: remove node_modules and run the command again.',
    output,
  )
}
