import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeWorker } from '../../../test/support/node-worker'
import { openRecorder } from './recorder'

const root = join(import.meta.dirname, '..', '..', '..')
/** Inside of the project, where its packages are found. */
const programDir = join(root, 'node_modules', '.cache', 'ballonet', `recorder-child-${process.pid}`)
let dir: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-kill-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    plugins: [nodeWorker()],
    build: {
      ssr: join(root, 'test', 'support', 'recorder-child.ts'),
      outDir: programDir,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'child.mjs' } },
    },
    ssr: { noExternal: true, external: ['libsql'] },
  })
}, 60_000)
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
  rmSync(programDir, { recursive: true, force: true })
})

/** Records for a while, is killed in the middle of it; what it said that it has recorded. */
async function recordAndKill(
  file: string,
  count: number,
  who: { uid?: number; gid?: number } = {},
): Promise<number[]> {
  const child = spawn(process.execPath, [join(programDir, 'child.mjs'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...who,
  })
  const closed = once(child, 'close')
  const said: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(Number(line))
    if (said.length === count) child.kill('SIGKILL')
  }
  await closed
  return said
}

describe('a recording that is killed', () => {
  it('lacks at most the last two seconds, each time', async () => {
    const file = join(dir, 'recording.db')
    const said: number[] = []
    for (const count of [137, 170]) {
      const now = await recordAndKill(file, count)
      said.push(...now)
      const problems: string[] = []
      const recorder = await openRecorder({ file, onProblem: ({ kind }) => problems.push(kind) })
      try {
        const range = { fromMs: said[0] ?? 0, toMs: Date.now() }
        const key = { pid: 808, startTimeTicks: 80_800 }
        const incident = await recorder.readIncident({ targetSpec: 'local', keys: [key], ...range })
        for (const { atMs } of [incident.hostStream, incident.processes[0]?.streams.process].filter(
          (stream) => stream !== undefined,
        )) {
          const kept = new Set(atMs)
          const missing = now.filter((at) => !kept.has(at))
          const lastMs = now.at(-1) ?? 0
          expect(missing.filter((at) => at < lastMs - 2000)).toEqual([])
          // Without a hole: what is missing is the end.
          expect(now.slice(0, now.length - missing.length).every((at) => kept.has(at))).toBe(true)
        }
        expect(incident.processes[0]?.states.length).toBeGreaterThan(0)
        expect(problems).toEqual([])
      } finally {
        await recorder.dispose()
      }
    }
  }, 60_000)
})

const nobody = { uid: 65_534, gid: 65_534 }

/** Only root can be somebody else, and the other one must be able to run what was built. */
function mayBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false
  return spawnSync(process.execPath, [join(programDir, 'child.mjs'), '--version'], nobody).status === 0
}

describe('files of somebody else', () => {
  it.each(['recording.db', 'recording.db-wal', 'recording.db-lock'])(
    'such as %s are set aside, and what comes is recorded',
    async (name) => {
      if (!mayBeNobody()) {
        console.warn('NOT TESTED: files of another user, for this one can not be one')
        return
      }
      const own = mkdtempSync(join(dir, 'own-'))
      chmodSync(dir, 0o711)
      chownSync(own, nobody.uid, nobody.gid)
      const file = join(own, 'recording.db')
      await recordAndKill(file, 50, nobody)
      const foreign = join(own, name)
      chownSync(foreign, 0, 0)
      chmodSync(foreign, 0o600)
      const { ino } = statSync(foreign)
      const said = await recordAndKill(file, 200, nobody)
      const aside = readdirSync(own).filter((found) => found.startsWith(`${name}.unreadable-`))
      expect(aside.map((found) => statSync(join(own, found)).ino)).toContain(ino)
      const recorder = await openRecorder({ file, onProblem: () => undefined })
      try {
        const range = { fromMs: said[0] ?? 0, toMs: Date.now() }
        const { hostStream } = await recorder.readIncident({ targetSpec: 'local', keys: [], ...range })
        expect(hostStream.atMs[0]).toBe(said[0])
      } finally {
        await recorder.dispose()
      }
    },
    60_000,
  )
})
