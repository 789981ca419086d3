/** A set-up step that cannot go on: what happened, and what the person can do about it. */
export class SetupProblem extends Error {
  /**
   * @param {string} message what happened, one sentence
   * @param {string} whatToDo one or more lines: a command, an address, a setting
   * @param {string} details output of the tool that failed, may be empty
   */
  constructor(message, whatToDo, details = '') {
    super(message)
    this.name = 'SetupProblem'
    this.whatToDo = whatToDo
    this.details = details
  }
}

/** Runs a program of this folder: a SetupProblem becomes a readable message and exit status 1. */
export const runProgram = async (main) => {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`\n${describeProblem(error)}\n`)
    process.exitCode = 1
  }
}

/** The lines that a person reads when a step failed. */
export const describeProblem = (error) => {
  if (!(error instanceof SetupProblem))
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const details = error.details.trim()
  return [details && `${details}\n`, `Failed: ${error.message}`, `What to do: ${error.whatToDo}`]
    .filter(Boolean)
    .join('\n')
}
