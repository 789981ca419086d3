// What Electron itself costs: one window of the product's size with the same safety settings and a line of text.
// BARE_PAGE names another page to show.
const { join } = require('node:path')
const { app, BrowserWindow } = require('electron')

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    show: false,
    autoHideMenuBar: true,
    useContentSize: Boolean(process.env.BARE_PAGE),
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  })
  window.once('ready-to-show', () => window.show())
  window.loadFile(process.env.BARE_PAGE || join(__dirname, 'index.html'))
})
app.on('window-all-closed', () => app.quit())
