import { contextBridge, ipcRenderer } from 'electron'

/**
 * The only bridge between the page and the rest. The page gets three functions and no Electron object; what it may ask
 * is decided by the main process, which checks sender and parameters.
 */
contextBridge.exposeInMainWorld('ballonet', {
  invoke: (method: string, params: unknown): Promise<unknown> => ipcRenderer.invoke('app', method, params),
  onEvent: (listener: (event: string, payload: unknown) => void): void => {
    ipcRenderer.on('app-event', (_event, name: string, payload: unknown) => listener(name, payload))
  },
  connectBackend: (): void => ipcRenderer.send('connect-backend'),
})

// A MessagePort can't cross the context bridge; it can be posted to the page, which is ours alone (app://bundle).
ipcRenderer.on('backend-port', (event) => {
  window.postMessage({ kind: 'ballonet-backend-port' }, window.location.origin, event.ports)
})
