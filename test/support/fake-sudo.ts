import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The user that tests run as when they are not root: nobody. */
export const ordinaryUid = 65_534

/** A folder with a `sudo` for that user. Must be removed. */
export interface FakeSudo {
  /** A command that gives that user's shell, with this sudo first on its PATH. */
  readonly shellCommand: string
  /** From now on it answers as sudo does that wants a password. */
  refuse(): void
  remove(): void
}

/**
 * A sudo that really makes root, without the package: a set-user-ID copy of setpriv that only the group of the ordinary
 * user may run. Only root can make one. Made for test files only.
 */
export function makeFakeSudo(): FakeSudo {
  const folder = mkdtempSync(join(tmpdir(), 'ballonet-sudo-'))
  const setpriv = join(folder, 'setpriv')
  const sudo = join(folder, 'sudo')
  chownSync(folder, 0, ordinaryUid)
  chmodSync(folder, 0o750)
  copyFileSync('/usr/bin/setpriv', setpriv)
  chownSync(setpriv, 0, ordinaryUid)
  chmodSync(setpriv, 0o4750)
  const say = (text: string): void => {
    writeFileSync(sudo, `#!/bin/sh\n${text}\n`)
    chmodSync(sudo, 0o755)
  }
  say(`[ "$1" = -n ] && shift; exec ${setpriv} --reuid 0 --regid 0 --clear-groups "$@"`)
  return {
    shellCommand: `setpriv --reuid ${ordinaryUid} --regid ${ordinaryUid} --clear-groups env PATH=${folder}:/usr/bin:/bin sh`,
    refuse: () => say('echo "sudo: a password is required" >&2; exit 1'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
