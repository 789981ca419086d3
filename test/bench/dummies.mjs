import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startLineProgram } from './line-program.mjs'
import { builtDir } from './paths.mjs'

/** Runs a job beside `count` idle processes. They end with it, whatever happens. */
export const withDummies = async (count, job) => {
  const dummies = startLineProgram(join(builtDir, 'dummies'), [String(count)])
  try {
    const made = Number(await dummies.nextLine())
    if (made !== count)
      throw new Error(`only ${made} of ${count} processes could be made: see ulimit -u, pids.max`)
    return await job()
  } finally {
    await dummies.close()
  }
}

/** How many processes there are now. */
export const countProcesses = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length
