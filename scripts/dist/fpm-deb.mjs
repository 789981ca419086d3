#!/usr/bin/env node
// Stands in for fpm, which electron-builder calls to make a .deb and which it would download: the same arguments,
// handed to dpkg-deb. Knows only what electron-builder passes for `-t deb`.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseFpmArguments, toDebControl } from './deb-control.mjs'

const LICENSE_FOLDER = 'usr/share/doc'

const buildDeb = (args) => {
  const { options, depends, recommends, files } = parseFpmArguments(args)
  process.umask(0o022)
  const root = mkdtempSync(join(tmpdir(), 'ballonet-deb-'))
  try {
    // A temporary folder is its owner's alone, and it becomes the top folder of the package.
    chmodSync(root, 0o755)
    for (const [from, to] of files) copyInto(from, join(root, to))
    mkdirSync(join(root, LICENSE_FOLDER, options.name), { recursive: true })
    writeFileSync(join(root, LICENSE_FOLDER, options.name, 'copyright'), `License: ${options.license}\n`)
    const sizeKib = Number(
      execFileSync('du', ['-sk', '--apparent-size', root], { encoding: 'utf8' }).split('\t')[0],
    )
    writeControl(root, toDebControl({ options, depends, recommends, sizeKib }), options)
    const flags = ['--root-owner-group', '-z5', `-Z${toDpkgCompression(options['deb-compression'])}`]
    execFileSync('dpkg-deb', [...flags, '--build', root, options.package], { stdio: 'inherit' })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const copyInto = (from, to) => {
  mkdirSync(dirname(to), { recursive: true })
  if (statSync(from).isDirectory()) cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  else cpSync(from, to)
}

const writeControl = (root, control, options) => {
  const folder = join(root, 'DEBIAN')
  mkdirSync(folder)
  writeFileSync(join(folder, 'control'), control)
  for (const [option, name] of [
    ['after-install', 'postinst'],
    ['after-remove', 'postrm'],
  ]) {
    if (options[option]) writeFileSync(join(folder, name), readFileSync(options[option]), { mode: 0o755 })
  }
}

const toDpkgCompression = (name) => (name === 'gz' ? 'gzip' : (name ?? 'xz'))

if (import.meta.url === pathToFileURL(process.argv[1]).href) buildDeb(process.argv.slice(2))
