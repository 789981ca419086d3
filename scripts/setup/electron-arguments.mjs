/**
 * The arguments of Electron for the project in `projectDir`. Chromium refuses to run as root with its sandbox, so root
 * runs without; before version 38 Electron does not choose Wayland by itself; without a session bus Chromium prints an
 * error for each of its tries to find it.
 * @param {string} projectDir
 * @param {string[]} args passed on to the app
 * @param {{ isRoot: boolean, platform: string, env: NodeJS.ProcessEnv }} host
 */
export const toElectronArguments = (projectDir, args, { isRoot, platform, env }) => [
  ...(platform === 'linux' && isRoot ? ['--no-sandbox'] : []),
  ...(platform === 'linux' && !env.DISPLAY && env.WAYLAND_DISPLAY ? ['--ozone-platform=wayland'] : []),
  ...(platform === 'linux' && !env.DBUS_SESSION_BUS_ADDRESS ? ['--log-level=3'] : []),
  projectDir,
  ...args,
]
