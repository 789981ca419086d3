const TICK_ON_TERMINAL_MS = 1000
const TICK_IN_LOG_MS = 10_000

/** `7 s`, `1 min 05 s`. */
export const formatElapsed = (elapsedMs) => {
  const seconds = Math.round(elapsedMs / 1000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/**
 * Says what goes on while a step runs: one line that is rewritten on a terminal, a line every ten seconds elsewhere.
 * Writes to standard error, so that the output of a program that follows stays clean.
 * @template T
 * @param {string} title what is being done, such as "Installing dependencies"
 * @param {(note: (text: string) => void) => Promise<T>} work gets a function that names the current part
 * @returns {Promise<T>}
 */
export const withProgress = async (title, work, stream = process.stderr) => {
  const startedAt = performance.now()
  const elapsed = () => formatElapsed(performance.now() - startedAt)
  const isTerminal = Boolean(stream.isTTY)
  let part = ''
  const line = () => `${title}${part ? `: ${part}` : ''} … ${elapsed()}`
  const show = () => stream.write(isTerminal ? `\r\x1b[2K${line()}` : `${line()}\n`)
  stream.write(isTerminal ? `${title} …` : `${title} …\n`)
  const timer = setInterval(show, isTerminal ? TICK_ON_TERMINAL_MS : TICK_IN_LOG_MS)
  const end = (text) => stream.write(`${isTerminal ? '\r\x1b[2K' : ''}${text}\n`)
  try {
    const result = await work((text) => {
      part = text
      if (isTerminal) show()
    })
    end(`${title}: done (${elapsed()})`)
    return result
  } catch (error) {
    end(`${title}: failed (${elapsed()})`)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** One line for the person, on standard error. */
export const say = (text) => process.stderr.write(`${text}\n`)
