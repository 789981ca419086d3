// Loaded into the main process before the app (`electron -r`): makes the page's process busy for good, then types. What
// the app does about it is told on standard output, a line each. Not by Playwright: with a debugger at the page Chromium
// takes no page for stuck.
const { app } = require('electron')

app.on('browser-window-created', (_event, { webContents }) => {
  webContents.once('did-finish-load', () => {
    void webContents.executeJavaScript('for (;;) performance.now()').catch(() => undefined)
    // The first ones may still be taken.
    const typing = setInterval(() => webContents.sendInputEvent({ type: 'keyDown', keyCode: 'A' }), 500)
    webContents.once('render-process-gone', (_gone, { reason }) => {
      clearInterval(typing)
      console.log(`gone: ${reason}`)
    })
    webContents.once('did-finish-load', async () => {
      const text = await webContents.executeJavaScript('document.body.innerText')
      console.log(`loaded: ${text.includes('Reproduce the incident')}`)
      app.quit()
    })
  })
})
