import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { nodeWorker } from './test/support/node-worker.ts'

/** Balloons, links and answers that are watched by the clock: they come last, when little else runs. */
const timed = [
  'src/main/balloon/balloon-script.test.ts',
  'src/main/balloon/balloon-runner.test.ts',
  'src/main/targets/exec/exec-balloon.test.ts',
  'src/main/profiling/{endpoint,heap-profile}-{hostile,real}.test.ts',
  'test/remote/{slow-link,lost-link,remote-balloon}.test.ts',
]

/** What is taken down in a hook may be on a machine that is busy with other tests. */
const node = { environment: 'node', testTimeout: 20_000, hookTimeout: 30_000 } as const

export default defineConfig({
  test: {
    // Most tests of targets wait for a shell, a link or the kernel: one file at a time would leave two cores idle.
    maxWorkers: 3,
    projects: [
      {
        define: { __APP_VERSION__: JSON.stringify('0.0.0') },
        plugins: [nodeWorker()],
        test: {
          ...node,
          name: 'node',
          include: ['src/{core,main,cli}/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.{ts,mjs}'],
          exclude: ['test/host/**', ...timed],
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['src/renderer/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        define: { __APP_VERSION__: JSON.stringify('0.0.0') },
        plugins: [nodeWorker()],
        test: {
          ...node,
          name: 'timed',
          include: timed,
          maxWorkers: 3,
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
