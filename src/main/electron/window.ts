import { BrowserWindow, nativeTheme } from 'electron'
import { appOrigin } from './app-protocol'

/** After Chromium's own 15 s: a page that answers late, as after the whole app was stopped, is left alone. */
const unresponsiveGraceMs = 5_000

export interface WindowOptions {
  preloadPath: string
  iconPath: string | null
  onLog: (line: string) => void
}

/** The main window: sandboxed, isolated, shown when its first frame is painted. */
export function openMainWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 720,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    title: 'Ballonet',
    // The page's own background, so that nothing flashes before it is painted.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14181d' : '#ffffff',
    ...(options.iconPath === null ? {} : { icon: options.iconPath }),
    webPreferences: {
      preload: options.preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return
    options.onLog(`the window's process ended (${details.reason}); loading it again`)
    window.webContents.reload()
  })
  loadAgainWhenStuck(window, options.onLog)
  void window.loadURL(`${appOrigin}/index.html`)
  return window
}

/** A page that takes no more input is ended, and loads again as after a crash: nothing else would ever free it. */
function loadAgainWhenStuck(window: BrowserWindow, onLog: WindowOptions['onLog']): void {
  let grace: NodeJS.Timeout | undefined
  const forgive = (): void => clearTimeout(grace)
  window.on('unresponsive', () => {
    forgive()
    grace = setTimeout(() => {
      onLog('the window took no input for 20 s; ending its process')
      window.webContents.forcefullyCrashRenderer()
    }, unresponsiveGraceMs)
  })
  window.on('responsive', forgive)
  window.on('closed', forgive)
}

/** What a person asked for from outside is seen there. */
export function bringWindowForward(): void {
  const window = BrowserWindow.getAllWindows()[0]
  if (window?.isMinimized() === true) window.restore()
  window?.focus()
}
