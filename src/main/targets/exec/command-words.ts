import { AppError } from '#core/errors'

/**
 * The words of a command line, as a POSIX shell would split it: single and double quotes, backslashes. Nothing is
 * expanded, and no shell ever sees it. Throws AppError `invalid` for an open quote, a lonely backslash and no word.
 */
export function splitCommandWords(command: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote: "'" | '"' | null = null
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at)
    if (quote === "'") {
      if (char === quote) quote = null
      else word += char
    } else if (char === '\\') {
      const next = command.charAt(++at)
      if (next === '') throw refuse('it ends with a backslash')
      // Between double quotes a backslash is itself before all but these.
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next)
    } else if (char === quote) {
      quote = null
    } else if (quote === null && (char === "'" || char === '"')) {
      quote = char
      word ??= ''
    } else if (quote === null && (char === ' ' || char === '\t')) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== null) throw refuse('a quote is not closed')
  if (word !== null) words.push(word)
  if ((words[0] ?? '') === '') throw refuse('it names no program')
  return words
}

function refuse(reason: string): AppError {
  return new AppError('invalid', `not a command: ${reason}`, { hint: 'connection.exec.invalid' })
}
