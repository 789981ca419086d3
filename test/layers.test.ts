import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

async function importsOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'|^import '([^']+)'/gm)].map(
    (match) => match[1] ?? match[2]!,
  )
}

describe('layers', () => {
  it('loads the built command line in plain Node, without Electron', async () => {
    const { stdout } = await run(process.execPath, [join(root, 'out/main/cli.js'), '--version'])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('loads the built backend in plain Node up to the door that only the app opens', async () => {
    await expect(run(process.execPath, [join(root, 'out/main/backend.js')])).rejects.toMatchObject({
      stderr: expect.stringContaining('the backend is started by the app') as string,
    })
  })

  it('finds the thread that compares profiles beside the built backend', async () => {
    const chunks = join(root, 'out/main/chunks')
    const name = (await readdir(chunks)).find((file) => file.startsWith('profile-growth-worker'))
    const nothing = { bytes: new Uint8Array(0), atMs: 0 }
    const thread = new Worker(join(chunks, name ?? ''), {
      workerData: { first: nothing, newest: nothing },
    })
    try {
      const [answer] = (await once(thread, 'message')) as [unknown]
      expect(answer).toMatchObject({ ok: false, error: { code: 'parse' } })
    } finally {
      await thread.terminate()
    }
  })

  it('imports electron in src/main/electron and src/preload only', async () => {
    for (const folder of ['src/core', 'src/main', 'src/cli', 'src/renderer']) {
      for (const path of await sourceFiles(folder)) {
        if (path.includes('/src/main/electron/')) continue
        expect(await importsOf(path), path).not.toContain('electron')
      }
    }
  })

  it('keeps core pure', async () => {
    for (const path of await sourceFiles('src/core')) {
      for (const name of await importsOf(path)) {
        // The one package of core: it only turns bytes into objects.
        if (name === 'pprof-format' && path.includes('/src/core/pprof/')) continue
        expect(name, path).toMatch(/^(\.{1,2}\/|#core\/)/)
      }
    }
  })

  it('keeps renderer and main apart, and features from each other', async () => {
    for (const path of await sourceFiles('src/renderer')) {
      const feature = /\/features\/([^/]+)\//.exec(path)?.[1]
      for (const name of await importsOf(path)) {
        expect(name, path).not.toMatch(/^#main\/|^node:|\/(main|cli|preload)\//)
        const other = /features\/([^/]+)/.exec(name)?.[1]
        if (feature !== undefined && other !== undefined) expect(other, path).toBe(feature)
      }
    }
  })
})
