// Serves the window on generated data, for a browser: node src/renderer/dev/serve.mjs [port]
// Query: ?processes=5000&targets=20&denied&theme=dark&locale=zh-CN&fail=open|table|process. Not part of any build.
import vue from '@vitejs/plugin-vue'
import { createServer } from 'vite'

const server = await createServer({
  configFile: false,
  root: new URL('..', import.meta.url).pathname,
  plugins: [vue()],
  server: { port: Number(process.argv[2] ?? 5199), strictPort: true, host: '127.0.0.1' },
})
await server.listen()
console.log(`http://127.0.0.1:${server.config.server.port}/dev/`)
