import { join } from 'node:path'
import { app, BrowserWindow, Menu, nativeTheme, session } from 'electron'
import { chooseLocale } from '#core/text/catalogue'
import { openSettingsStore } from '../settings/settings-store'
import { handleAppScheme, registerAppScheme } from './app-protocol'
import { smallHeapFlag, startBackendProcess } from './backend-process'
import { sendAppEvent, setupIpcServer } from './ipc-server'
import { createLog } from './log'
import { setupMenu } from './menu'
import { setupSecurity } from './security'
import { showAlert } from './show-alert'
import { createWaitingFiles, findSnapshotPaths } from './waiting-files'
import { bringWindowForward, openMainWindow } from './window'

const outDir = join(import.meta.dirname, '..')
/** Scripts and demo sources that are run, so they can't stay inside the archive: beside it when packed. */
const resourcesDir = app.isPackaged ? process.resourcesPath : join(outDir, '..')

registerAppScheme()

const waiting = createWaitingFiles(() => sendAppEvent('snapshotWaiting', null))
for (const path of findSnapshotPaths(process.argv, process.cwd())) waiting.add(path)
// The app must not weigh on the machine that it inspects. What it keeps lies in a few typed arrays, so that nothing is
// lost by it.
app.commandLine.appendSwitch('js-flags', smallHeapFlag)
// Else Electron makes its own menu before the app's.
Menu.setApplicationMenu(null)

async function start(): Promise<void> {
  const log = createLog(join(app.getPath('userData'), 'logs', 'ballonet.log'))
  const [settings] = await Promise.all([
    openSettingsStore(join(app.getPath('userData'), 'settings.json'), (error) =>
      log(`settings: ${String(error)}`),
    ),
    app.whenReady(),
  ])
  // The backend starts first: it reads the machine while the window is made.
  const backend = startBackendProcess({
    entryPath: join(outDir, 'main', 'backend.js'),
    args: [resourcesDir, app.getPath('userData')],
    onRestart: () => sendAppEvent('backendRestarted', null),
    onAlert(message) {
      const { locale } = settings.get()
      showAlert(message, chooseLocale(locale === 'system' ? app.getLocale() : locale))
    },
    onLog: log,
  })
  nativeTheme.themeSource = settings.get().theme
  setupSecurity(session.defaultSession)
  handleAppScheme(session.defaultSession, join(outDir, 'renderer'))
  setupIpcServer({
    settings,
    backend,
    waiting,
    onSettings: () => setupMenu(settings.get().locale),
    onLog: log,
  })
  const openWindow = (): BrowserWindow =>
    openMainWindow({
      preloadPath: join(outDir, 'preload', 'index.cjs'),
      iconPath: join(resourcesDir, 'assets', 'icons', '256x256.png'),
      onLog: log,
    })
  // The menu waits for the first paint: the page's files come from this process, too.
  openWindow().once('ready-to-show', () => setupMenu(settings.get().locale))

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })

  let hasGivenBack = false
  app.on('before-quit', (event) => {
    if (hasGivenBack) return
    event.preventDefault()
    // Every way out gives the memory back: the backend lets a balloon go and ends the demo before the app ends.
    void Promise.all([backend.quit(), settings.flush()]).finally(() => {
      hasGivenBack = true
      app.quit()
    })
  })
}

if (app.requestSingleInstanceLock()) {
  // macOS names files so, before the app is ready as well.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (path.toLowerCase().endsWith('.ballonet')) waiting.add(path)
  })
  app.on('second-instance', (_event, args, workingDir) => {
    for (const path of findSnapshotPaths(args, workingDir)) waiting.add(path)
    bringWindowForward()
  })
  void start()
} else {
  app.quit()
}
