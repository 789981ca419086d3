import { join } from 'node:path'
import { toErrorValue } from '#core/errors'
import { createBackend } from './backend'
import { createPortChannel, type PortMain } from './port-channel'
import type { BackendProcessMessage, BackendProcessNotice } from './process-messages'

/** What Electron's utility process gives its script. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: BackendProcessMessage; ports: PortMain[] }) => void): void
  postMessage(message: BackendProcessNotice): void
}

const [resourcesDir, dataDir] = process.argv.slice(2)
const { parentPort } = process as unknown as { parentPort?: ParentPort }
if (resourcesDir === undefined || dataDir === undefined || parentPort === undefined) {
  throw new Error('the backend is started by the app')
}

const backend = createBackend({
  resourcesDir,
  cacheDir: join(dataDir, 'demo'),
  alertPath: join(dataDir, 'alerts.json'),
  recordingsDir: join(dataDir, 'recordings'),
  onAlert: (message) => parentPort.postMessage({ kind: 'alert', message }),
  // Into the log, through the main process.
  onError: (error) => process.stderr.write(`alerts: ${toErrorValue(error).message}\n`),
  onBeatsWanted: (wantsBeats) => parentPort.postMessage({ kind: 'beats', wantsBeats }),
})

// What almost everybody opens, and its numbers stand on the first page.
backend.prepare('local')

parentPort.on('message', ({ data, ports: [port] }) => {
  if (data.kind === 'beat') backend.ownerBeat()
  else if (data.kind === 'connect' && port !== undefined) backend.openSession(createPortChannel(port))
  else if (data.kind === 'quit') void backend.dispose().finally(() => process.exit(0))
})
