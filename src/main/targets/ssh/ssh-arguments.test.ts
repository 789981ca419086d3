import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { parseSshSettings } from '#core/ssh/parse-ssh-meaning'
import { toSshArguments, type SshArgumentOptions } from './ssh-arguments'

function toOptions(version: number, settings = ''): SshArgumentOptions {
  return {
    client: { path: 'ssh', configPath: '/dev/null', version, hasMux: true },
    destination: { user: 'me', host: 'db', port: 2222 },
    settings: parseSshSettings(settings),
    controlPath: '/tmp/x/m1',
    isBatch: false,
  }
}

describe('the arguments of ssh', () => {
  it('put the host behind --, and the command last', () => {
    expect(toSshArguments('master', toOptions(902)).slice(-7)).toEqual([
      '-l',
      'me',
      '-p',
      '2222',
      '--',
      'db',
      'exec sh',
    ])
    const forward = toSshArguments({ address: '::1', port: 80 }, toOptions(902))
    expect(forward.slice(-8)).toEqual(['-W', '[::1]:80', '-l', 'me', '-p', '2222', '--', 'db'])
  })

  it('hold only what a version knows, and never weaken the check of a host key', () => {
    const weak = 'stricthostkeychecking false\n'
    expect(toSshArguments('master', toOptions(704, weak))).toContain('StrictHostKeyChecking=ask')
    expect(toSshArguments('master', toOptions(704, weak)).join(' ')).not.toMatch(
      /RemoteCommand|SessionType|accept-new/,
    )
    expect(toSshArguments('master', toOptions(1000, weak))).toContain('StrictHostKeyChecking=accept-new')
    expect(toSshArguments('master', toOptions(902, 'stricthostkeychecking ask')).join(' ')).not.toContain(
      'StrictHost',
    )
  })

  it('leave the time limits of a jump and of the person alone', () => {
    expect(toSshArguments('master', toOptions(902)).join(' ')).toContain('ConnectTimeout=14')
    for (const settings of ['proxyjump x', 'proxycommand x', 'connecttimeout 3']) {
      expect(toSshArguments('master', toOptions(902, settings)).join(' ')).not.toContain('ConnectTimeout')
    }
  })

  it('are taken by the ssh of this system, and win over a configuration', () => {
    const args = toSshArguments('master', toOptions(902)).slice(0, -1)
    const { status, stdout, stderr } = spawnSync('ssh', ['-G', ...args], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    for (const line of [
      'controlmaster true',
      'permitlocalcommand no',
      'forwardagent no',
      'requesttty false',
      'compression yes',
    ]) {
      expect(stdout).toContain(line)
    }
  })
})
