import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname
const outDir =
  process.env['BALLONET_BENCH_DIR'] ?? join(root, '..', '..', 'node_modules', '.cache', 'ballonet', 'bench')

// `--mode node`: the product's poll as a Node program. `--mode page`: its charts and uPlot in one page.
// Minified and with the targets that the product is built with.
export default defineConfig(({ mode }) =>
  mode === 'page'
    ? {
        root: join(root, 'chart'),
        base: './',
        build: { outDir: join(outDir, 'chart'), emptyOutDir: true, target: 'chrome130', minify: true },
      }
    : {
        root: join(root, 'poll'),
        publicDir: false,
        build: {
          outDir: join(outDir, 'poll'),
          emptyOutDir: true,
          target: 'node20',
          ssr: true,
          rollupOptions: {
            input: [
              join(root, 'poll', 'ours.ts'),
              join(root, 'poll', 'remote.ts'),
              join(root, 'profile', 'in-process.ts'),
              join(root, 'recorder', 'simulated-day.ts'),
              join(root, 'snapshot', 'day-file.ts'),
            ],
            output: { entryFileNames: '[name].mjs' },
          },
        },
        ssr: { noExternal: true, external: ['systeminformation', 'libsql'] },
      },
)
