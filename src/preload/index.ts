import { contextBridge, ipcRenderer } from 'electron'

/** Asked for before the page runs, which then finds the connection waiting; null: the page is answered at once. */
let early: { ports: readonly MessagePort[] | null } | null = { ports: null }

// A MessagePort can't cross the context bridge; it can be posted to the page, which is ours alone (app://bundle).
function handOver(ports: readonly MessagePort[]): void {
  window.postMessage({ kind: 'ballonet-backend-port' }, window.location.origin, [...ports])
}

/**
 * The only bridge between the page and the rest. The page gets three functions and no Electron object; what it may ask
 * is decided by the main process, which checks sender and parameters.
 */
contextBridge.exposeInMainWorld('ballonet', {
  invoke: (method: string, params: unknown): Promise<unknown> => ipcRenderer.invoke('app', method, params),
  onEvent: (listener: (event: string, payload: unknown) => void): void => {
    ipcRenderer.on('app-event', (_event, name: string, payload: unknown) => listener(name, payload))
  },
  connectBackend(): void {
    const waiting = early
    early = null
    if (waiting === null) ipcRenderer.send('connect-backend')
    else if (waiting.ports !== null) handOver(waiting.ports)
  },
})

ipcRenderer.on('backend-port', (event) => {
  if (early === null) handOver(event.ports)
  else early.ports = event.ports
})
ipcRenderer.send('connect-backend')
