import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSshClient } from './ssh-client'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ballonet-ssh-client-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function makeProgram(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return path
}

describe('findSshClient', () => {
  it.each([
    ['OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15', 902],
    ['OpenSSH_for_Windows_8.6p1, LibreSSL 3.4.3', 806],
    ['Some other program', 704],
  ])('reads the version of %s', async (said, version) => {
    const sshPath = makeProgram('says', `echo '${said}' >&2`)
    expect(await findSshClient({ sshPath })).toMatchObject({ version })
  })

  it('says in words what is wrong with the program', async () => {
    const flood = makeProgram('flood', 'exec yes')
    await expect(findSshClient({ sshPath: flood })).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'connection.ssh-flood',
    })
    const crash = makeProgram('crash', 'kill -SEGV $$')
    await expect(findSshClient({ sshPath: crash })).rejects.toMatchObject({
      hint: 'connection.ssh-broken',
      params: { text: 'SIGSEGV' },
    })
    await expect(findSshClient({ sshPath: join(folder, 'none') })).rejects.toMatchObject({
      hint: 'connection.ssh-missing',
    })
  })
})
