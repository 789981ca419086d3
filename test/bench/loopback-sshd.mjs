import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const canConnect = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** Path of a program; `dirs`: where to look, too. */
const findProgram = (name, dirs = []) => {
  const found = [...dirs, ...process.env.PATH.split(delimiter)]
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error(`there is no ${name}: install OpenSSH`)
  return found
}

/**
 * A folder with an `ssh` that knows the hosts `ballonet-bench-1`, `-2`, … instead of the person's own: before the others
 * in PATH it is the ssh of the app and of its peer.
 */
const makeClientFolder = (dir, port) => {
  const hostKey = readFileSync(join(dir, 'host.pub'), 'utf8')
  writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`)
  const config = [
    'Host ballonet-bench-*',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  IdentityFile ${join(dir, 'user')}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${join(dir, 'known_hosts')}`,
    '',
  ]
  writeFileSync(join(dir, 'ssh_config'), config.join('\n'))
  const clientDir = join(dir, 'bin')
  mkdirSync(clientDir)
  const script = `#!/bin/sh\nexec '${findProgram('ssh')}' -F '${join(dir, 'ssh_config')}' "$@"\n`
  writeFileSync(join(clientDir, 'ssh'), script, { mode: 0o755 })
  return clientDir
}

/** A relay that counts what goes over the wire, both ways. */
const openCountingRelay = (port) =>
  new Promise((resolve) => {
    const relay = { bytes: 0, port: 0, close: () => undefined }
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        from.setNoDelay(true)
        from.on('data', (chunk) => {
          relay.bytes += chunk.length
          to.write(chunk)
        })
        from.on('close', () => to.destroy())
        from.on('error', () => to.destroy())
      }
    })
    server.listen(0, '127.0.0.1', () => {
      relay.port = server.address().port
      relay.close = () => server.close()
      resolve(relay)
    })
  })

/**
 * Runs a job with a real sshd on loopback: `{ pid, relay, sshArgs(command), clientEnv }`. It ends with the job. `sshArgs`
 * lead through the relay, the hosts of `clientEnv`, an environment, straight to it.
 */
export const withLoopbackSshd = async (job) => {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-bench-sshd-'))
  const keygen = (name) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)], { stdio: 'ignore' })
  keygen('host')
  keygen('user')
  const port = await freePort()
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(dir, 'host')}`,
      `AuthorizedKeysFile ${join(dir, 'user.pub')}`,
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      // What the person's own shell does at its start would be measured, too.
      `SetEnv HOME=${dir}`,
      '',
    ].join('\n'),
  )
  const sshd = spawn(
    findProgram('sshd', ['/usr/sbin', '/usr/local/sbin']),
    ['-D', '-e', '-f', join(dir, 'sshd_config')],
    { stdio: 'ignore' },
  )
  const relay = await openCountingRelay(port)
  try {
    for (let tries = 0; !(await canConnect(port)); tries++) {
      if (tries > 100 || sshd.exitCode !== null) throw new Error('sshd does not start')
      await sleep(50)
    }
    const clientEnv = { PATH: [makeClientFolder(dir, port), process.env.PATH].join(delimiter) }
    // Compression as the product asks for it.
    const sshArgs = (command) => [
      ...['-F', 'none', '-i', join(dir, 'user'), '-p', String(relay.port), '-T'],
      ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'LogLevel=ERROR'],
      ...['-o', `UserKnownHostsFile=${join(dir, 'known_hosts')}`, '-o', 'Compression=yes'],
      '127.0.0.1',
      command,
    ]
    return await job({ pid: sshd.pid, relay, sshArgs, clientEnv })
  } finally {
    sshd.kill()
    relay.close()
    rmSync(dir, { recursive: true, force: true })
  }
}
