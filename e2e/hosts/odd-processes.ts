import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A process that was made to be looked at. */
export interface OddProcess {
  pid: number
  /** Its file name; the kernel keeps the first 15 bytes of it as comm. */
  name: string
}

export interface OddProcesses {
  list: readonly OddProcess[]
  end(): Promise<void>
}

/** Starts one process a name: a copy of perl of that name that reads its input, so that it ends with this one. */
export async function startOddProcesses(names: readonly string[], argument: string): Promise<OddProcesses> {
  const dir = await mkdtemp(join(tmpdir(), 'ballonet-odd-'))
  const files = names.map((name) => ({ name, file: join(dir, name) }))
  // All copies first: a child that is forked while a copy is still open for writing keeps it busy (ETXTBSY).
  await Promise.all(files.map(({ file }) => copyFile('/usr/bin/perl', file)))
  const children = await Promise.all(
    files.map(async ({ name, file }) => {
      const child = spawn(file, ['-e', '1 while <STDIN>', argument], { stdio: ['pipe', 'ignore', 'ignore'] })
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      return { child, ended: new Promise<void>((resolve) => child.once('exit', () => resolve())), name }
    }),
  )
  return {
    list: children.map(({ child, name }) => ({ pid: child.pid!, name })),
    async end() {
      for (const { child } of children) child.stdin.end()
      await Promise.all(children.map(({ ended }) => ended))
      await rm(dir, { recursive: true, force: true })
    },
  }
}
