import { rmSync } from 'node:fs'
import { join } from 'node:path'

// electron-builder removes these from an Electron that it downloads, not from one that it is given.
const LEFTOVERS = ['version', 'resources/default_app.asar', 'resources/.loader-stamp']

/** Called by electron-builder (electron-builder.yml) with the folder of the packed app. */
export const afterPack = ({ appOutDir }) => {
  for (const name of LEFTOVERS) rmSync(join(appOutDir, name), { force: true })
}
