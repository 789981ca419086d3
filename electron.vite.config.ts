import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }

// The targets are spelled out because electron-vite would derive them from electron's package version, which is
// newer than the runtime that development and tests may run on (docs/adr/0002).
export default defineConfig({
  main: {
    define: { __APP_VERSION__: JSON.stringify(version) },
    build: {
      target: 'node20',
      outDir: 'out/main',
      // Three programs of one backend: the Electron main process, the backend that it forks, and the command line.
      rollupOptions: {
        input: {
          index: resolve(root, 'src/main/electron/index.ts'),
          backend: resolve(root, 'src/main/backend/process.ts'),
          cli: resolve(root, 'src/cli/main.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: 'out/preload',
      // A sandboxed preload script must be CommonJS.
      rollupOptions: {
        input: { index: resolve(root, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    plugins: [vue()],
    build: {
      target: 'chrome130',
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      rollupOptions: { input: { index: resolve(root, 'src/renderer/index.html') } },
    },
  },
})
