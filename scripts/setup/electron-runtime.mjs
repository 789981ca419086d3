import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { join } from 'node:path'
import { ensureFallbackRuntime, FALLBACK_VERSION, isFallbackSupported } from './electron-fallback.mjs'
import { withLock } from './lock.mjs'
import { cloneCacheDir, projectDir } from './paths.mjs'
import { say, withProgress } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { SetupProblem } from './setup-problem.mjs'

const OFFICIAL_HOST = 'github.com'
const OFFICIAL_TIMEOUT_MS = 120_000
const LOOKUP_TIMEOUT_MS = 4000

const packageDir = join(projectDir, 'node_modules', 'electron')
const distDir = join(packageDir, 'dist')

const EXECUTABLES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
const executableName = EXECUTABLES[process.platform] ?? 'electron'

/**
 * Which Electron there is, without any work.
 * @returns {{ distDir: string, executable: string, version: string, origin: 'override' | 'official' | 'fallback' } | null}
 */
export const findElectronRuntime = (env = process.env) => {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH
  const folder = override || distDir
  const executable = join(folder, executableName)
  if (!existsSync(executable)) return null
  const version = readVersion(folder)
  if (override) return { distDir: folder, executable, version, origin: 'override' }
  const wanted = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')).version
  if (version === wanted) return { distDir: folder, executable, version, origin: 'official' }
  if (version === FALLBACK_VERSION && isLink(distDir))
    return { distDir: folder, executable, version, origin: 'fallback' }
  return null
}

/** Makes sure that there is an Electron to run: the one asked for by environment, the official one, or the fallback. */
export const ensureElectronRuntime = async (env = process.env) => {
  if (env.ELECTRON_OVERRIDE_DIST_PATH && !findElectronRuntime(env)) {
    throw new SetupProblem(
      `ELECTRON_OVERRIDE_DIST_PATH=${env.ELECTRON_OVERRIDE_DIST_PATH} holds no ${executableName}.`,
      'set it to the folder of an unpacked Electron, or unset it.',
    )
  }
  if (!findElectronRuntime(env)) await withLock(join(cloneCacheDir, 'electron.lock'), () => provide(env))
  const runtime = findElectronRuntime(env)
  if (runtime.origin === 'fallback') {
    await ensureFallbackRuntime(env)
    say(`Electron ${runtime.version}: the fallback runtime, for development and tests only (out of support).`)
  }
  return runtime
}

const provide = async (env) => {
  if (findElectronRuntime(env)) return
  const failure = await installOfficial(env)
  if (failure === null && findElectronRuntime(env)) return
  if (!isFallbackSupported()) {
    throw new SetupProblem(
      'Electron could not be downloaded.',
      `make ${OFFICIAL_HOST} reachable (HTTPS_PROXY with ELECTRON_GET_USE_PROXY=1, or ELECTRON_MIRROR), or set ` +
        'ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.',
      failure ?? '',
    )
  }
  say(
    `The official Electron cannot be had here (${firstLine(failure)}): the fallback runtime takes its place.`,
  )
  linkFallback(await ensureFallbackRuntime(env))
}

/** Returns null when it worked, else why not. */
const installOfficial = async (env) => {
  const isRedirected = Object.keys(env).some((name) =>
    /^(https?_proxy|(npm_config_)?electron_mirror)$/i.test(name),
  )
  if (!isRedirected && !(await isKnownHost(OFFICIAL_HOST)))
    return `${OFFICIAL_HOST} is not known to the name server`
  return withProgress('Downloading Electron', async () => {
    const { status, output, timedOut } = await runCommand(
      process.execPath,
      [join(packageDir, 'install.js')],
      {
        cwd: projectDir,
        timeoutMs: OFFICIAL_TIMEOUT_MS,
      },
    )
    if (status === 0) return null
    return timedOut
      ? `no answer within ${OFFICIAL_TIMEOUT_MS / 1000} s`
      : output.trim() || 'the download failed'
  })
}

const isKnownHost = async (host) => {
  let timer
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, LOOKUP_TIMEOUT_MS, false)
  })
  const found = lookup(host).then(
    () => true,
    () => false,
  )
  return Promise.race([found, limit]).finally(() => clearTimeout(timer))
}

/** Puts the cached runtime where Electron's own package, electron-vite and Playwright look for it. */
const linkFallback = (folder) => {
  mkdirSync(packageDir, { recursive: true })
  rmSync(distDir, { recursive: true, force: true })
  symlinkSync(folder, distDir, 'dir')
  writeFileSync(join(packageDir, 'path.txt'), executableName)
}

const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false

const readVersion = (folder) => {
  try {
    return readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  } catch {
    return 'unknown'
  }
}

const firstLine = (text) => (text ?? '').split('\n').find((line) => line.trim() !== '') ?? 'no reason given'
