// Loaded into Electron's main process before the app: runs what the benchmark sends, so that neither a debugger nor the
// product's own code is in the way of what is measured. With BENCH_WATCH, a script of the page that resolves when what is
// waited for is painted, it also reports the moment of it.
const electron = require('electron')
const { app } = electron

const toText = (error) => String((error && error.stack) || error)

process.on('message', ({ id, body, argument }) => {
  const run = async () => {
    const job = new Function('electron', 'require', 'argument', `return (async () => { ${body} })()`)
    return job(electron, require, argument)
  }
  run().then(
    (value) => process.send({ id, value }),
    (error) => process.send({ id, error: toText(error) }),
  )
})
process.on('disconnect', () => app.exit(1))

const watch = process.env.BENCH_WATCH
app.on('web-contents-created', (_event, contents) => {
  if (contents.getType() !== 'window') return
  contents.once('dom-ready', () => {
    if (!watch) return process.send({ ready: true })
    // The page answers with its own clock, which is the system's: a message takes its time to arrive.
    contents.executeJavaScript(watch).then(
      (paintedAtMs) => process.send({ ready: true, paintedAtMs }),
      (error) => process.send({ ready: true, error: toText(error) }),
    )
  })
})
