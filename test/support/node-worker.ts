import { rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'

const root = join(import.meta.dirname, '..', '..')
const cacheDir = join(root, 'node_modules', '.cache', 'ballonet', 'node-workers')
const query = '?nodeWorker'

/** `import createWorker from './thread?nodeWorker'`, as the build of the product has it, for sources that tests run. */
export function nodeWorker(): Plugin {
  return {
    name: 'node-worker',
    enforce: 'pre',
    resolveId(id, importer) {
      return id.endsWith(query) && importer !== undefined
        ? `${resolve(dirname(importer), id.slice(0, -query.length))}.ts${query}`
        : null
    },
    async load(id) {
      if (!id.endsWith(query)) return null
      const path = await bundle(id.slice(0, -query.length))
      return `
        import { Worker } from 'node:worker_threads'
        export default (options) => new Worker(${JSON.stringify(path)}, options)`
    },
  }
}

/** Two runs at once may not take it from each other: each has a copy of its own. */
async function bundle(entry: string): Promise<string> {
  const outDir = join(cacheDir, `${basename(entry, '.ts')}-${process.pid}`)
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
    ssr: { noExternal: true, external: ['libsql'] },
  })
  return join(outDir, 'worker.mjs')
}
