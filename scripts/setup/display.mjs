import { connect } from 'node:net'

/**
 * The socket addresses of a local X display such as ":0" or "unix:1.0"; none for one over TCP, which is not checked.
 * @param {string} display
 */
export const toDisplaySockets = (display) => {
  const match = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(display)
  return match ? [`/tmp/.X11-unix/X${match[1]}`, `\0/tmp/.X11-unix/X${match[1]}`] : []
}

/**
 * Whether a window can be opened. $DISPLAY often outlives its X server, so a local one is asked.
 * @returns {Promise<{ usable: true } | { usable: false, reason: string }>}
 */
export const readDisplay = async (env = process.env, platform = process.platform) => {
  if (platform === 'darwin' || platform === 'win32' || env.WAYLAND_DISPLAY) return { usable: true }
  if (!env.DISPLAY) return { usable: false, reason: 'no display ($DISPLAY and $WAYLAND_DISPLAY are not set)' }
  const sockets = toDisplaySockets(env.DISPLAY)
  if (sockets.length === 0) return { usable: true }
  for (const path of sockets) if (await answers(path)) return { usable: true }
  return { usable: false, reason: `no X server answers at $DISPLAY=${env.DISPLAY}` }
}

const answers = (path) =>
  new Promise((resolve) => {
    const socket = connect({ path })
    const finish = (result) => {
      socket.destroy()
      resolve(result)
    }
    socket.on('connect', () => finish(true)).on('error', () => finish(false))
    socket.setTimeout(1000, () => finish(false))
  })
