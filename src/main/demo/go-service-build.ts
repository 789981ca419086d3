import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const buildTimeoutMs = 180_000
const binaryPrefix = 'go-service-'

/** Path of an executable of this name; null: not there. Apps started by a desktop lack the shell's PATH additions. */
export function findExecutable(name: string, extraDirs: readonly string[] = []): string | null {
  for (const dir of [...(process.env['PATH'] ?? '').split(delimiter), ...extraDirs]) {
    if (!dir.startsWith('/')) continue
    try {
      accessSync(join(dir, name), constants.X_OK)
      return join(dir, name)
    } catch {
      // The next folder may have it.
    }
  }
  return null
}

export function findGo(): string | null {
  return findExecutable('go', ['/usr/local/go/bin', '/usr/lib/go/bin', '/snap/bin'])
}

/**
 * The Go service built from sourceDir, from the cache when the same source was built before. Nothing is downloaded: the
 * service needs the standard library only. Rejects when the toolchain fails.
 */
export async function buildGoService(options: {
  go: string
  sourceDir: string
  cacheDir: string
  onBuild: () => void
  signal?: AbortSignal
}): Promise<string> {
  const { go, sourceDir, cacheDir } = options
  const sources = await readSources(sourceDir)
  const hash = createHash('sha256').update(process.arch)
  for (const { name, content } of sources) hash.update(`\0${name}\0`).update(content)
  const binary = join(cacheDir, `${binaryPrefix}${hash.digest('hex').slice(0, 16)}`)
  await mkdir(cacheDir, { recursive: true, mode: 0o700 })
  if (await isOwnFile(binary)) return binary
  options.onBuild()
  const buildDir = await mkdtemp(join(cacheDir, 'build-'))
  try {
    // A copy: sources may lie in an archive or in a repository that go must not ask for its state.
    for (const { name, content } of sources) await writeFile(join(buildDir, name), content)
    await run(go, ['build', '-trimpath', '-o', 'service', '.'], {
      cwd: buildDir,
      env: toBuildEnvironment(cacheDir),
      timeout: buildTimeoutMs,
      killSignal: 'SIGKILL',
      signal: options.signal,
      maxBuffer: 1024 * 1024,
    })
    await chmod(join(buildDir, 'service'), 0o700)
    await rename(join(buildDir, 'service'), binary)
    await removeOldBinaries(cacheDir, binary)
  } finally {
    await rm(buildDir, { recursive: true, force: true })
  }
  return binary
}

async function readSources(sourceDir: string): Promise<{ name: string; content: Buffer }[]> {
  const names = (await readdir(sourceDir)).filter(
    (name) => name === 'go.mod' || (name.endsWith('.go') && !name.endsWith('_test.go')),
  )
  return Promise.all(
    names.sort().map(async (name) => ({ name, content: await readFile(join(sourceDir, name)) })),
  )
}

/** A file that another user put there is not run. */
async function isOwnFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && found.isFile() && found.uid === process.getuid?.()
}

function toBuildEnvironment(cacheDir: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GO111MODULE: 'on',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  }
  const hasHome = [process.env['GOCACHE'], process.env['XDG_CACHE_HOME'], process.env['HOME']].some(Boolean)
  if (!hasHome) environment['GOCACHE'] = join(cacheDir, 'go-cache')
  return environment
}

async function removeOldBinaries(cacheDir: string, kept: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name)
    if (name.startsWith(binaryPrefix) && path !== kept) await rm(path, { force: true })
  }
}
