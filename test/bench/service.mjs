import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../scripts/setup/run-command.mjs'
import { builtDir, projectDir } from './paths.mjs'
import { startLineProgram } from './line-program.mjs'

const sourceDir = join(projectDir, 'e2e', 'hosts', 'go', 'service')

/** Something to watch: the small Go service of the tests, or, without Go, a process that sleeps. */
export const withWatchedProcess = async (job) => {
  const program = join(builtDir, 'service')
  if (await buildService(program)) {
    const service = startLineProgram(program, [
      '-scenario',
      'madvfree',
      '-alloc-mib',
      '64',
      '-keep-mib',
      '16',
    ])
    try {
      await service.nextLine()
      return await job({ pid: service.pid, name: 'a Go service' })
    } finally {
      await service.close()
    }
  }
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  try {
    return await job({ pid: child.pid, name: 'a sleeping process' })
  } finally {
    child.kill('SIGKILL')
  }
}

const buildService = async (program) => {
  if (!existsSync(join(sourceDir, 'go.mod'))) return false
  mkdirSync(builtDir, { recursive: true })
  const { status } = await runCommand('go', ['build', '-o', program, '.'], { cwd: sourceDir })
  return status === 0
}
