const IDS = ['format', 'lint', 'types', 'unit', 'e2e']

/**
 * The arguments of `npm test`. File patterns choose among the tests of one runner, so they need `--only unit|e2e`.
 * @param {string[]} args
 * @returns {{ only: string | null, patterns: string[] }}
 * @throws an error with code `usage`
 */
export const parseTestArguments = (args) => {
  let only = null
  const patterns = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--only' || arg.startsWith('--only=')) {
      only = arg === '--only' ? args[++i] : arg.slice('--only='.length)
      if (!IDS.includes(only)) throw usageError(`--only takes one of ${IDS.join(', ')}`)
    } else {
      patterns.push(arg)
    }
  }
  if (patterns.length > 0 && only !== 'unit' && only !== 'e2e') {
    throw usageError(`${patterns[0]}: file patterns need --only unit or --only e2e`)
  }
  return { only, patterns }
}

const usageError = (message) => Object.assign(new Error(message), { code: 'usage' })
