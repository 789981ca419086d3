/** fpm's options that have no value. */
const FLAGS = new Set(['--force', '--debug'])

/**
 * Reads the arguments that electron-builder gives fpm.
 * @param {string[]} args
 * @returns {{ options: Record<string, string>, depends: string[], recommends: string[], files: [string, string][] }}
 *   `files` are pairs of a source and a path inside the package
 */
export const parseFpmArguments = (args) => {
  const options = {}
  const depends = []
  const recommends = []
  const files = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (FLAGS.has(arg)) continue
    if (arg === '-d') depends.push(args[++i])
    else if (arg === '--deb-recommends') recommends.push(args[++i])
    else if (arg.startsWith('-')) options[arg.replace(/^-+/, '')] = args[++i]
    else files.push(toFilePair(arg))
  }
  if (options.t !== 'deb') throw new Error(`this stand-in for fpm makes only deb, not ${options.t}`)
  return { options, depends, recommends, files }
}

const toFilePair = (arg) => {
  const at = arg.lastIndexOf('=')
  if (at < 1) throw new Error(`not SOURCE=TARGET: ${arg}`)
  return [arg.slice(0, at), arg.slice(at + 1).replace(/^\/+/, '')]
}

/** The control file of the package (deb-control(5)); lines after the first of the description are indented. */
export const toDebControl = ({ options, depends, recommends, sizeKib }) => {
  const [synopsis, ...rest] = options.description.split('\n')
  const lines = [
    `Package: ${options.name}`,
    `Version: ${options.version}${options.iteration ? `-${options.iteration}` : ''}`,
    `Architecture: ${options.architecture}`,
    `Maintainer: ${options.maintainer}`,
    `Installed-Size: ${sizeKib}`,
    depends.length > 0 && `Depends: ${depends.join(', ')}`,
    recommends.length > 0 && `Recommends: ${recommends.join(', ')}`,
    'Section: devel',
    `Priority: ${options['deb-priority'] ?? 'optional'}`,
    `Homepage: ${options.url}`,
    `Description: ${synopsis.trim()}`,
    ...rest.map((line) => ` ${line.trim() || '.'}`),
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}
