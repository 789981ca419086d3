import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the passphrase key of every test client is locked with. */
export const testPassphrase = 'correct horse 电池'

/** The ssh client's side of a test: keys, a configuration with an Include, known_hosts. Nothing of the person's own is read. */
export interface SshClientFolder {
  readonly folder: string
  /** For `ssh -F`. */
  readonly configPath: string
  readonly knownHostsPath: string
  /** Opens without a question. */
  readonly keyPath: string
  /** Locked with testPassphrase. */
  readonly lockedKeyPath: string
  /** Both, as lines of authorized_keys. */
  readonly publicKeys: string
  /** A `Host` block in a file that the configuration includes; a later one of the same alias replaces it. */
  addHost(alias: string, options: Record<string, string | number>): void
}

/** A client's files in `folder`/client, which only this user can read. */
export function createSshClientFolder(parent: string): SshClientFolder {
  const folder = join(parent, 'client')
  const included = join(folder, 'conf.d')
  mkdirSync(included, { recursive: true, mode: 0o700 })
  const keyPath = join(folder, 'id_plain')
  const lockedKeyPath = join(folder, 'id_locked')
  makeKey(keyPath, '')
  makeKey(lockedKeyPath, testPassphrase)
  const configPath = join(folder, 'config')
  const knownHostsPath = join(folder, 'known_hosts')
  writeFileSync(knownHostsPath, '')
  writeFileSync(
    configPath,
    [
      `Include ${included}/*.conf`,
      'Host *',
      `  UserKnownHostsFile ${knownHostsPath}`,
      '  GlobalKnownHostsFile /dev/null',
      '  IdentityAgent none',
      '  IdentitiesOnly yes',
      // The last word of this file, so that a test's own block may name another.
      `  IdentityFile ${keyPath}`,
      '',
    ].join('\n'),
  )
  return {
    folder,
    configPath,
    knownHostsPath,
    keyPath,
    lockedKeyPath,
    publicKeys: [keyPath, lockedKeyPath].map((path) => readFileSync(`${path}.pub`, 'utf8')).join(''),
    addHost(alias, options) {
      const lines = Object.entries(options).map(([name, value]) => `  ${name} ${value}`)
      writeFileSync(join(included, `${alias}.conf`), [`Host ${alias}`, ...lines, ''].join('\n'))
    },
  }
}

/** A new ed25519 key pair at `path` and `path`.pub. */
export function makeKey(path: string, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-C', 'ballonet-test', '-N', passphrase, '-f', path])
}
