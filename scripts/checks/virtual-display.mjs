import { spawn } from 'node:child_process'

const SCREEN = '1600x1000x24'
const START_TIMEOUT_MS = 20_000

/**
 * Runs a job with a display of its own, so that tests neither need nor disturb the person's. On macOS and Windows, and
 * where BALLONET_TEST_DISPLAY asks for it, the real one is used.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} job gets the environment for what it starts
 * @returns {Promise<T>}
 */
export const withVirtualDisplay = async (job) => {
  if (process.platform !== 'linux' || process.env.BALLONET_TEST_DISPLAY) return job({})
  const { number, close } = await openVirtualDisplay()
  try {
    // A Wayland session of the person must not be found.
    return await job({ DISPLAY: `:${number}`, WAYLAND_DISPLAY: '', XDG_SESSION_TYPE: 'x11' })
  } finally {
    close()
  }
}

/** Starts an X server without a screen. It picks a free display number by itself. */
const openVirtualDisplay = () =>
  new Promise((resolve, reject) => {
    const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset']
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
    let messages = ''
    let answer = ''
    const fail = (reason) => {
      clearTimeout(timer)
      server.kill()
      reject(new Error(`Xvfb did not start: ${reason}\n${messages}`))
    }
    const timer = setTimeout(() => fail(`no answer within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS)
    server.on('error', (error) => fail(error.message))
    server.on('exit', (status) => fail(`exit status ${status}`))
    server.stderr.on('data', (text) => (messages += text))
    server.stdio[3].on('data', (text) => {
      answer += text
      if (!answer.includes('\n')) return
      clearTimeout(timer)
      server.removeAllListeners('exit')
      resolve({ number: Number(answer), close: () => server.kill() })
    })
  })
