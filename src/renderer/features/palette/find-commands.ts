/** A command as the palette searches it. */
export interface PaletteLine {
  id: string
  title: string
  shortcut: string | null
}

/** How well the letters of `query` are found in `text`, in their order; null: not at all. Word starts count more. */
export function scoreMatch(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replaceAll(/\s+/g, '')
  const given = text.toLowerCase()
  let score = 0
  let at = -1
  for (const letter of wanted) {
    const next = given.indexOf(letter, at + 1)
    if (next < 0) return null
    const isWordStart = next === 0 || /[\s:.(-]/.test(given[next - 1] ?? '')
    score += next === at + 1 ? 3 : isWordStart ? 2 : 0
    at = next
  }
  return score - given.length / 1000
}

/** Lines that match, best first; without a query in the order given. */
export function findCommands<T extends PaletteLine>(lines: readonly T[], query: string): T[] {
  if (query.trim() === '') return [...lines]
  return lines
    .flatMap((line) => {
      const score = scoreMatch(query, line.title)
      return score === null ? [] : { line, score }
    })
    .sort((a, b) => b.score - a.score)
    .map(({ line }) => line)
}
