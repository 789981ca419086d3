// npm run dist: packs Ballonet into release/ as far as this machine can, and says what it could not and why.
// `--dir` makes only the folder with the app, which takes seconds.
import { chmodSync, existsSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureElectronRuntime } from './setup/electron-runtime.mjs'
import { projectDir } from './setup/paths.mjs'
import { say, withProgress } from './setup/progress.mjs'
import { runCommand } from './setup/run-command.mjs'
import { runProgram, SetupProblem } from './setup/setup-problem.mjs'
import { ensureSystemPackages } from './setup/system-packages.mjs'
import { planTargets, platformFlags } from './dist/targets.mjs'

const TEST_ONLY = 'test only: not for release'
const releaseDir = join(projectDir, 'release')
const noteFile = join(releaseDir, 'TEST-ONLY.txt')

const main = async () => {
  const { values } = parseArgs({ options: { dir: { type: 'boolean', default: false } } })
  await ensureDependencies()
  await ensureSystemPackages('window')
  const runtime = await ensureElectronRuntime()
  await ensureBuild()

  const context = { runtime, platformFlag: platformFlags[process.platform] }
  await packFolder(context)
  labelResult(runtime)
  if (values.dir) return

  const { possible, impossible } = planTargets(process.platform, runtime.origin)
  const failures = impossible.map(({ target, reason }) => ({ target, reason }))
  for (const target of possible) {
    const reason = await packTarget(context, target)
    if (reason) failures.push({ target, reason })
  }
  for (const { target, reason } of failures) say(`Not built: ${target}: ${reason}`)
  if (failures.some(({ target }) => possible.includes(target))) process.exitCode = 1
}

/** The folder with the app: the first part of every target. */
const packFolder = async ({ runtime, platformFlag }) => {
  const reason = await packAndSay('folder', [platformFlag, 'dir', ...toElectronOptions(runtime)])
  if (reason)
    throw new SetupProblem('electron-builder could not pack the app.', 'see its message above.', reason)
}

/** Returns null when it was built, else why not. */
const packTarget = async ({ runtime, platformFlag }, target) => {
  const options = [platformFlag, target, ...toElectronOptions(runtime)]
  const folder = join(releaseDir, 'linux-unpacked')
  if (process.platform === 'linux' && existsSync(folder)) options.push('--prepackaged', folder)
  // An official Electron means that the download hosts are there, so electron-builder's own tools are tried first.
  const official = runtime.origin === 'official' ? await packAndSay(target, options) : 'not tried'
  return official && (await packAndSay(target, [...options, ...quickOptions(target)], standInTools()))
}

const packAndSay = async (title, args, env = {}) => {
  const program = join(projectDir, 'node_modules', 'electron-builder', 'cli.js')
  return withProgress(`Packing ${title}`, async () => {
    const { status, output } = await runCommand(process.execPath, [program, '--publish', 'never', ...args], {
      cwd: projectDir,
      env: { ...process.env, ...env },
    })
    return status === 0 ? null : output.trim()
  })
}

const toElectronOptions = ({ distDir, version, origin }) => [
  `-c.electronDist=${realpathSync(distDir)}`,
  ...(version === 'unknown' ? [] : [`-c.electronVersion=${version}`]),
  ...(origin === 'fallback' ? ['-c.artifactName=${name}-${version}-${arch}-test-only.${ext}'] : []),
]

const quickOptions = (target) => (target === 'deb' ? ['-c.deb.compression=gz'] : [])

/** What takes the place of the tools that electron-builder would download. */
const standInTools = () => {
  if (process.platform !== 'linux') return {}
  const archiver = join(projectDir, 'node_modules', '7zip-bin', 'linux', process.arch, '7za')
  // The package has it without the right to run.
  if (existsSync(archiver)) chmodSync(archiver, 0o755)
  return {
    ELECTRON_BUILDER_7ZIP_PATH: archiver,
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
    CUSTOM_FPM_PATH: join(projectDir, 'scripts', 'dist', 'fpm-deb.mjs'),
  }
}

const labelResult = ({ origin, version }) => {
  if (origin !== 'fallback') return rmSync(noteFile, { force: true })
  say(`release/: ${TEST_ONLY} (made with the fallback runtime, Electron ${version}, out of support).`)
  writeFileSync(
    noteFile,
    `${TEST_ONLY}: made with the fallback runtime, Electron ${version}, which is out of support.\n`,
  )
}

await runProgram(main)
