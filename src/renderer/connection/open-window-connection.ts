import type { Bridge } from './bridge'
import { createAppClient, type AppClient } from './app-client'
import { createBackendConnection, type BackendConnection } from './backend-connection'
import { createPortChannel } from './port-channel'

function isBackendPort(event: MessageEvent<unknown>): boolean {
  if (event.source !== window || event.origin !== window.location.origin) return false
  return (event.data as { kind?: unknown } | null)?.kind === 'ballonet-backend-port'
}

/** Both clients of this window over the preload's bridge; lives as long as the page. */
export function openWindowConnection(bridge: Bridge): { app: AppClient; backend: BackendConnection } {
  const app = createAppClient(bridge)
  const backend = createBackendConnection(() => bridge.connectBackend())
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const port = event.ports[0]
    if (isBackendPort(event) && port !== undefined) backend.attach(createPortChannel(port))
  })
  app.on('backendRestarted', () => backend.reconnect())
  backend.reconnect()
  return { app, backend }
}
