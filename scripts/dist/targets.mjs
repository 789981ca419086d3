/** electron-builder's option for each platform. */
export const platformFlags = { linux: '--linux', darwin: '--mac', win32: '--win' }

const OWN_TARGETS = { linux: ['tar.gz', 'deb', 'AppImage'], darwin: ['dmg', 'zip'], win32: ['nsis'] }
const PLATFORM_NAMES = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

/**
 * What can be packed on a platform with the Electron that is there, and why not the rest.
 * @param {string} platform
 * @param {'override' | 'official' | 'fallback'} origin of the runtime
 * @returns {{ possible: string[], impossible: { target: string, reason: string }[] }}
 */
export const planTargets = (platform, origin) => {
  const possible = []
  const impossible = []
  for (const [owner, targets] of Object.entries(OWN_TARGETS)) {
    for (const target of targets) {
      const reason = findObstacle({ owner, target, platform, origin })
      if (reason) impossible.push({ target, reason })
      else possible.push(target)
    }
  }
  return { possible, impossible }
}

const findObstacle = ({ owner, target, platform, origin }) => {
  if (owner !== platform) return `is packed on ${PLATFORM_NAMES[owner]}`
  if (target === 'AppImage' && origin !== 'official') {
    return "its runtime comes only from electron-builder's download host, as the official Electron does, which cannot be had here"
  }
  return null
}
