import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { cloneCacheDir, modulesCacheDir, projectDir } from './paths.mjs'
import { withProgress } from './progress.mjs'
import { runNpm } from './run-command.mjs'
import { SetupProblem } from './setup-problem.mjs'
import { hashInputs, isStampFresh, writeStamp } from './stamp.mjs'

const stampFile = join(modulesCacheDir, 'dependencies.stamp')
const currentHash = () =>
  hashInputs(projectDir, [join(projectDir, 'package-lock.json')], [process.platform, process.arch])

const MINIMUM_NODE = [20, 19]

/** Installs what package-lock.json names, unless node_modules already holds exactly that. */
export const ensureDependencies = async () => {
  checkNodeVersion(process.versions.node)
  if (isStampFresh(stampFile, currentHash())) return
  await withLock(join(cloneCacheDir, 'dependencies.lock'), async () => {
    if (isStampFresh(stampFile, currentHash())) return
    if (!isInstalledAsLocked()) await withProgress('Installing dependencies (npm ci)', install)
    writeStamp(stampFile, currentHash())
  })
}

/** Throws when this Node is too old for the tools. `version` is such as "20.19.0". */
export const checkNodeVersion = (version) => {
  const [major, minor] = version.split('.').map(Number)
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return
  throw new SetupProblem(
    `Node ${version} is too old: Ballonet needs Node ${MINIMUM_NODE.join('.')} or newer.`,
    'install a newer Node (https://nodejs.org), then run the command again.',
  )
}

const install = async () => {
  const { status, output } = await runNpm(['ci', '--no-audit', '--no-fund'], { cwd: projectDir })
  if (status === 0) return
  throw new SetupProblem(
    'npm ci did not install the dependencies.',
    'check that the package registry can be reached (npm ping) and that the disk has 1 GB free, then run the command again.',
    output,
  )
}

const isInstalledAsLocked = () => {
  const installedFile = join(projectDir, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  try {
    return isSameTree(
      JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')).packages,
      JSON.parse(readFileSync(installedFile, 'utf8')).packages,
    )
  } catch {
    return false
  }
}

/**
 * Whether npm's own record of node_modules holds what the lock file names. Optional packages may be absent: those of
 * other platforms are.
 * @param {Record<string, { version?: string, integrity?: string, optional?: boolean, peer?: boolean }>} locked
 * @param {Record<string, { version?: string, integrity?: string }>} installed
 */
export const isSameTree = (locked, installed) =>
  Object.entries(locked).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true
    const found = installed[path]
    return found
      ? found.version === version && found.integrity === integrity
      : Boolean(optional || devOptional)
  })
