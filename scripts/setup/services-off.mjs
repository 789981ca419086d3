import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { runCommand } from './run-command.mjs'

const policyFile = '/usr/sbin/policy-rc.d'

/**
 * Runs an installation during which Debian starts no service (policy-rc.d of invoke-rc.d): the tests need the program
 * sshd, and nobody asked for one that listens on this machine.
 * @template T
 * @param {string[]} packages
 * @param {() => Promise<T>} install
 * @returns {Promise<T>}
 */
export const withServicesOff = async (packages, install) => {
  if (!packages.includes('openssh-server')) return install()
  const hasPolicy = existsSync(policyFile)
  if (!hasPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await install()
  } finally {
    if (!hasPolicy) rmSync(policyFile, { force: true })
    // Nor at the next start of the machine. Without systemd there is nothing to say this to.
    if (existsSync('/run/systemd/system'))
      await runCommand('systemctl', ['disable', 'ssh.service', 'ssh.socket'])
  }
}
