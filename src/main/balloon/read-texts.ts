import type { Target } from '../targets/target'

const decoder = new TextDecoder()
const maxBytes = 4 * 1024 * 1024

/** The texts of small kernel files, in one batch; null for each that can't be read (absent, gone, denied, too late). */
export async function readTexts(
  target: Target,
  paths: readonly string[],
  timeoutMs = 5000,
): Promise<(string | null)[]> {
  const results = await target.read(
    paths.map((path) => ({ kind: 'file', path, maxBytes })),
    { timeoutMs },
  )
  return results.map((result) => (result.ok ? decoder.decode(result.value.bytes) : null))
}
