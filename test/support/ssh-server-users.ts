import { execFileSync } from 'node:child_process'
import {
  accessSync,
  appendFileSync,
  chownSync,
  constants,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Login shells that a test user may have; `busybox` is its ash under the name sh. */
export const loginShells = ['sh', 'dash', 'bash', 'busybox', 'ksh', 'mksh', 'fish', 'zsh', 'tcsh'] as const
export type LoginShell = (typeof loginShells)[number]

export interface TestUserOptions {
  /** A name of loginShells, or the path of any program (`/usr/sbin/nologin`). Default: sh. */
  shell?: LoginShell | `/${string}`
  /** Without one only keys open the door. */
  password?: string
  /** Files of the home folder by their relative path: `.bashrc`, `.profile`, `.config/fish/config.fish`. */
  files?: Record<string, string>
  /** false: no key opens the door. Default: true. */
  hasKeys?: boolean
}

export interface TestUser {
  readonly name: string
  readonly uid: number
  readonly home: string
}

/** Where `name` is installed; null where it is not. */
export function findLoginShell(name: LoginShell): string | null {
  for (const folder of ['/bin', '/usr/bin']) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Looked for in the next folder.
    }
  }
  return null
}

/** The account files of a test's own mount namespace, and the homes that belong to them. */
export interface TestUsers {
  /** Source and destination of every file to be bound over the machine's. */
  readonly binds: readonly (readonly [string, string])[]
  /** May be called while the server runs: the files grow in place. */
  add(name: string, options?: TestUserOptions): TestUser
}

/** Copies of the machine's account files in `folder`; the machine's own are never written. */
export function createTestUsers(folder: string, publicKeys: string): TestUsers {
  const etc = join(folder, 'etc')
  for (const name of ['etc', 'home', 'shells', 'authorized_keys'])
    mkdirSync(join(folder, name), { mode: 0o755 })
  // Only what the accounts need: no password of the machine is ever valid here.
  const machine = execFileSync('getent', ['passwd'], { encoding: 'utf8' })
  // The machine's root may have a profile that is slow, or that a killed session leaves locked.
  mkdirSync(join(folder, 'home', 'root'))
  const root = `root:x:0:0:root:${join(folder, 'home', 'root')}:/bin/sh`
  writeFileSync(join(etc, 'passwd'), machine.replace(/^root:.*$/m, root))
  writeFileSync(join(etc, 'group'), execFileSync('getent', ['group']))
  writeFileSync(join(etc, 'shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o600 })
  writeFileSync(join(folder, 'authorized_keys', 'root'), publicKeys)
  // Tests that run at the same time have users of their own: one looks for its processes by their uid.
  let nextUid = 61_000 + 100 * Number(process.env['VITEST_POOL_ID'] ?? 0)
  function add(name: string, options: TestUserOptions = {}): TestUser {
    const uid = nextUid++
    const home = join(folder, 'home', name)
    const hash = options.password === undefined ? '*' : hashPassword(options.password)
    appendFileSync(join(etc, 'group'), `${name}:x:${uid}:\n`)
    appendFileSync(join(etc, 'shadow'), `${name}:${hash}:19000:0:99999:7:::\n`)
    mkdirSync(home, { mode: 0o755 })
    for (const [path, text] of Object.entries(options.files ?? {})) {
      mkdirSync(dirname(join(home, path)), { recursive: true })
      writeFileSync(join(home, path), text)
    }
    chownSync(home, uid, uid)
    const shell = placeShell(join(folder, 'shells'), options.shell ?? 'sh')
    appendFileSync(join(etc, 'passwd'), `${name}:x:${uid}:${uid}:${name}:${home}:${shell}\n`)
    if (options.hasKeys !== false) writeFileSync(join(folder, 'authorized_keys', name), publicKeys)
    return { name, uid, home }
  }
  const binds = ['passwd', 'group', 'shadow'].map((name) => [join(etc, name), `/etc/${name}`] as const)
  return { binds, add }
}

function placeShell(folder: string, shell: LoginShell | `/${string}`): string {
  if (shell.startsWith('/')) return shell
  const path = findLoginShell(shell as LoginShell)
  if (path === null) throw new Error(`${shell} is not installed`)
  if (shell !== 'busybox') return path
  // busybox does what its name says.
  const link = join(folder, 'sh')
  try {
    symlinkSync(path, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return link
}

/** By perl's crypt(3): part of every Debian. */
function hashPassword(password: string): string {
  return execFileSync('perl', ['-e', 'print crypt(<STDIN>, q($6$ballonettest$))'], {
    input: password,
    encoding: 'utf8',
  })
}
