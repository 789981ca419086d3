import { AppError } from '#core/errors'
import type { ShellLink } from '../shell/shell-link'
import { splitCommandWords } from './command-words'
import { explainExecEnd } from './exec-errors'
import { startExecProcess, type ExecProcess } from './exec-process'

/** A shell that reads the end of its input ends in that time, ms; docker passes it on into the container meanwhile. */
const closeGraceMs = 500

/**
 * A way to the shells that a command gives (`docker exec -i c sh`), one run of it for each. No shell on this side takes part:
 * the words are split here, nothing is expanded. Throws AppError `invalid`. Must be disposed.
 */
export function openExecLink(command: string): ShellLink {
  const words = splitCommandWords(command)
  const program = words[0] ?? ''
  const running = new Set<ExecProcess>()
  let isDisposed = false

  return {
    connect: null,
    explainEnd: (end) => explainExecEnd(program, end),
    async openShell(signal) {
      const assertWanted = (): void => {
        if (isDisposed || signal?.aborted === true) throw new AppError('cancelled', 'no longer wanted')
      }
      assertWanted()
      const shell = await startExecProcess(words)
      running.add(shell)
      void shell.ended.then(() => running.delete(shell))
      try {
        assertWanted()
      } catch (error) {
        shell.kill()
        throw error
      }
      return shell
    },
    async dispose() {
      isDisposed = true
      await Promise.all([...running].map((shell) => shell.close(closeGraceMs)))
    },
  }
}
