import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parsePackResult } from '../setup/electron-fallback.mjs'
import { cloneCacheDir, modulesCacheDir, projectDir, sharedCacheDir } from '../setup/paths.mjs'
import { runCommand, runNpm } from '../setup/run-command.mjs'
import { runTool } from './tool.mjs'

// The last release of the fallback runtime's line: its types have what that runtime has, and nothing newer.
const PACKAGE = 'electron@33.4.11'
const TYPES_SHA256 = 'e559d0282980f0f8f2e400dc668514cdb2b0f2dac62f427dbc4df3272eb811fa'

/**
 * Compiles the parts that use Electron against the fallback runtime's types, because a call that only the newer one has
 * compiles against the newer types and fails when it runs.
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export const checkElectronTypes = async () => {
  const problem = await fetchTypes()
  if (problem) {
    console.log(`!!! SKIPPED: ${PACKAGE}: ${problem}`)
    return { passed: 0, failed: 0, skipped: [`types of the fallback Electron: ${problem}`] }
  }
  const workDir = join(modulesCacheDir, 'electron-types')
  mkdirSync(workDir, { recursive: true })
  copyFileSync(cachedTypes(), join(workDir, 'electron.d.ts'))
  const path = (name) => relative(workDir, join(projectDir, name)).replaceAll('\\', '/')
  const config = {
    extends: path('tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      emitDeclarationOnly: false,
      noEmit: true,
      lib: ['ES2023', 'DOM'],
      types: ['node'],
      rootDir: path('.'),
      paths: { electron: ['./electron.d.ts'] },
    },
    include: [path('src/main/electron/**/*.ts'), path('src/preload/**/*.ts'), path('src/core/**/*.d.ts')],
    exclude: [path('src/**/*.test.ts')],
  }
  const configFile = join(workDir, 'tsconfig.json')
  writeFileSync(configFile, JSON.stringify(config, null, 2))
  return runTool('typescript', 'bin/tsc', ['-p', configFile])
}

const cachedTypes = () => join(sharedCacheDir(), `${PACKAGE.replace('@', '-')}.d.ts`)

/** Returns null when the types are in the cache, else why not. */
const fetchTypes = async () => {
  if (existsSync(cachedTypes()) && hashFile(cachedTypes()) === TYPES_SHA256) return null
  const workDir = join(cloneCacheDir, `types-${process.pid}`)
  mkdirSync(workDir, { recursive: true })
  try {
    const packed = await runNpm(
      ['pack', PACKAGE, '--json', '--pack-destination', workDir, '--ignore-scripts'],
      {
        cwd: workDir,
        timeoutMs: 120_000,
      },
    )
    if (packed.status !== 0) return 'the package registry did not give it'
    const tarball = join(workDir, parsePackResult(packed.stdout))
    const { status } = await runCommand('tar', ['-xzf', tarball, '-C', workDir, 'package/electron.d.ts'])
    const types = join(workDir, 'package', 'electron.d.ts')
    if (status !== 0) return 'the package could not be unpacked'
    if (hashFile(types) !== TYPES_SHA256) return 'it is not the file that this project has checked'
    mkdirSync(sharedCacheDir(), { recursive: true })
    const partial = `${cachedTypes()}.${process.pid}`
    copyFileSync(types, partial)
    await rename(partial, cachedTypes())
    return null
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

const hashFile = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')
