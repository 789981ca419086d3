// Takes the place of the application that Electron brings along and that the fallback runtime lacks: loads the one
// that the command line names. Modules are awaited before the app is ready, so that an ES module as the main program
// can still register privileged schemes.
import { app } from 'electron'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

const parseArguments = (args) => {
  const preloaded = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '-r' || arg === '--require') preloaded.push(args[++i])
    else if (arg === '-v' || arg === '--version') return { version: true, preloaded }
    else if (!arg.startsWith('-')) return { path: arg, preloaded }
  }
  return { preloaded }
}

const readPackage = (folder) => {
  const file = join(folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

const loadApplication = async (path) => {
  const absolute = resolve(path)
  const isFolder = statSync(absolute).isDirectory()
  const folder = isFolder ? absolute : dirname(absolute)
  const { name, productName, version, desktopName, main = 'index.js' } = readPackage(folder)
  if (productName ?? name) app.setName(productName ?? name)
  if (version) app.setVersion(version)
  if (desktopName) app.setDesktopName(desktopName)
  app.setAppPath(folder)
  await import(pathToFileURL(isFolder ? join(folder, main) : absolute).href)
}

const { version, path, preloaded } = parseArguments(process.argv.slice(1))
if (version || !path) {
  console.log(version ? `v${process.versions.electron}` : 'Usage: electron [-r module] path-to-app')
  process.exit(version ? 0 : 2)
}
process.defaultApp = true
try {
  for (const module of preloaded) require(resolve(module))
  await loadApplication(path)
} catch (error) {
  console.error(error)
  process.exit(1)
}
