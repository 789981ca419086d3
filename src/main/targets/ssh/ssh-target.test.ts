import { afterAll, beforeAll, describe } from 'vitest'
import { canRunSshServer, startSshServer, type SshServer } from '../../../../test/support/ssh-server'
import { describeTargetContract } from '../../../../test/support/target-contract'
import { openShellTarget } from '../shell/shell-target'
import { openSshLink } from './ssh-link'

describe.runIf(canRunSshServer())('ssh:HOST', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshServer()
    server.addHost('rig', { User: 'root' })
  })
  afterAll(() => server.stop())

  describeTargetContract('a host over ssh', () =>
    openShellTarget({
      spec: 'ssh:rig',
      label: 'rig',
      link: openSshLink('rig', { configPath: server.clientConfigPath, hasTerminal: false }),
      isRemote: true,
    }),
  )
})

describe.runIf(canRunSshServer())('ssh:HOST that allows little', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshServer({ config: ['MaxSessions 1', 'AllowTcpForwarding no'] })
    server.addHost('rig', { User: 'root' })
  })
  afterAll(() => server.stop())

  describeTargetContract('a host with one session a connection and no forwarding', () =>
    openShellTarget({
      spec: 'ssh:rig',
      label: 'rig',
      link: openSshLink('rig', { configPath: server.clientConfigPath, hasTerminal: false }),
      isRemote: true,
    }),
  )
})
