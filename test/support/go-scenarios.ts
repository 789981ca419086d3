import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDemoChild } from '#main/demo/demo-child'
import { findExecutable, findGo } from '#main/demo/go-service-build'
import { toTestService, type TestService } from './go-service'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const hostsDir = join(root, 'e2e', 'hosts', 'go')
const cacheDir = join(root, 'node_modules', '.cache', 'go-scenarios')

/** A folder of e2e/hosts/go, and how it is run. */
export interface ScenarioProgram {
  /** The folder's name: one program. */
  program: string
  args?: readonly string[]
  environment?: Record<string, string>
  /** What Go calls C for; both need a C compiler. */
  build?: 'cgo' | 'race'
}

/** Why a scenario can't be built here; null: it can. */
export function whyNotBuildable({ build }: ScenarioProgram): string | null {
  if (findGo() === null) return 'needs go'
  return build !== undefined && findExecutable('gcc') === null ? 'needs gcc' : null
}

const builds = new Map<string, Promise<string>>()

/** Path of the program, built from its source or found in the cache. The first -race build takes half a minute. */
export function buildScenario(scenario: ScenarioProgram): Promise<string> {
  const id = `${scenario.program} ${scenario.build ?? ''}`
  const known = builds.get(id) ?? build(scenario)
  builds.set(id, known)
  return known
}

async function build({ program, build: kind }: ScenarioProgram): Promise<string> {
  const hash = createHash('sha256').update(`${process.arch} ${kind}`)
  for (const path of ['go.mod', ...(await listSources('host')), ...(await listSources(program))])
    hash.update(`\0${path}\0`).update(await readFile(join(hostsDir, path)))
  const dir = join(cacheDir, `${program}-${hash.digest('hex').slice(0, 12)}`)
  const binary = join(dir, program)
  if (existsSync(binary)) return binary
  await mkdir(cacheDir, { recursive: true })
  const buildDir = await mkdtemp(join(cacheDir, 'build-'))
  try {
    const flags = ['-trimpath', '-buildvcs=false', ...(kind === 'race' ? ['-race'] : [])]
    await run(findGo()!, ['build', ...flags, '-o', join(buildDir, program), `./${program}`], {
      cwd: hostsDir,
      env: {
        ...process.env,
        GOFLAGS: '-mod=mod',
        GOPROXY: 'off',
        GOTOOLCHAIN: 'local',
        GOWORK: 'off',
        CGO_ENABLED: kind === undefined ? '0' : '1',
      },
    })
    // Another worker may have been faster: its program is the same.
    await rename(buildDir, dir).catch((error: unknown) => {
      if (!existsSync(binary)) throw error
    })
  } finally {
    await rm(buildDir, { recursive: true, force: true })
  }
  return binary
}

async function listSources(folder: string): Promise<string[]> {
  const names = await readdir(join(hostsDir, folder))
  return names
    .filter((name) => name.endsWith('.go'))
    .sort()
    .map((name) => join(folder, name))
}

/** Runs it until `end`; it ends with this process, too. `cgroupDir`: as TestServiceOptions. */
export async function startScenario(scenario: ScenarioProgram, cgroupDir?: string): Promise<TestService> {
  const binary = await buildScenario(scenario)
  return toTestService(
    await startDemoChild({
      command: [binary, ...(scenario.args ?? [])],
      cgroupDir: cgroupDir ?? null,
      environment: { PATH: process.env['PATH'], ...scenario.environment },
    }),
  )
}
