// Draws assets/icons/*.png anew from assets/icon.svg. Needs rsvg-convert (Debian: librsvg2-bin).
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectDir } from '../setup/paths.mjs'

const assets = join(projectDir, 'assets')
mkdirSync(join(assets, 'icons'), { recursive: true })
for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
  const target = join(assets, 'icons', `${size}x${size}.png`)
  execFileSync('rsvg-convert', ['-w', `${size}`, '-h', `${size}`, '-o', target, join(assets, 'icon.svg')])
}
