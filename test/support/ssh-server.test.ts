import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRunSshServer, startSshServer, type SshServer } from './ssh-server'
import { findLoginShell, loginShells } from './ssh-server-users'

describe.runIf(canRunSshServer())('the sshd of the tests', () => {
  let server: SshServer
  beforeAll(async () => {
    const users = Object.fromEntries(
      loginShells
        .filter((shell) => findLoginShell(shell) !== null)
        .map((shell) => [`u-${shell}`, { shell }] as const),
    )
    server = await startSshServer({ users, banner: 'authorized use only\n' })
    server.addHost('rig')
  })
  afterAll(() => server.stop())

  const ssh = (user: string, command: string) =>
    spawnSync('ssh', ['-F', server.clientConfigPath, '-l', user, '--', 'rig', command], { encoding: 'utf8' })

  it.each(loginShells.filter((shell) => findLoginShell(shell) !== null))(
    'lets a user in with %s',
    (shell) => {
      const { stdout, stderr } = ssh(`u-${shell}`, 'id -un; exec sh')
      expect(stdout, stderr + server.log()).toBe(`u-${shell}\n`)
      expect(stderr).toContain('authorized use only')
    },
  )

  it('knows root, and users that are added later, and none of them exist outside', () => {
    expect(ssh('root', 'id -u').stdout).toBe('0\n')
    server.addUser('late-comer', { shell: '/usr/sbin/nologin' })
    expect(ssh('late-comer', 'true').status).toBe(1)
    expect(spawnSync('getent', ['passwd', 'late-comer']).status).toBe(2)
  })

  it('leaves nothing behind', async () => {
    const other = await startSshServer({ isKnown: false })
    const { pid, folder } = other
    await other.restart({ hasNewHostKey: true, config: ['MaxSessions 1'] })
    expect(other.pid).not.toBe(pid)
    const last = other.pid
    await other.stop()
    expect(existsSync(`/proc/${last}`) || existsSync(`/proc/${pid}`) || existsSync(folder)).toBe(false)
  })
})
