import type { ProcessKey } from '#core/process-key'
import type { RawReading } from '#core/snapshot/incident'
import type { Target } from '../targets/target'

/** Cheap ones only: no walk of page tables, no environment, no command line. */
const hostPaths = ['/proc/meminfo', '/proc/vmstat', '/proc/pressure/memory', '/proc/loadavg']
const processFiles = ['stat', 'statm', 'status', 'limits', 'cgroup', 'oom_score', 'oom_score_adj']
const maxBytes = 64 * 1024
/** What one moment holds at most. */
const maxAllBytes = 768 * 1024

/** What the kernel says now of the host and of some processes, word for word. What can't be read is left out. */
export async function readRawMoment(
  target: Target,
  keys: readonly ProcessKey[],
  atMs: number,
): Promise<RawReading[]> {
  const paths = [
    ...hostPaths,
    ...keys.flatMap(({ pid }) => processFiles.map((name) => `/proc/${pid}/${name}`)),
  ]
  const answers = await target.read(
    paths.map((path) => ({ kind: 'file' as const, path, maxBytes, mayCut: true })),
  )
  const readings: RawReading[] = []
  let size = 0
  for (const [index, path] of paths.entries()) {
    const answer = answers[index]
    if (answer?.ok !== true) continue
    const text = Buffer.from(answer.value.bytes).toString()
    size += text.length
    if (size > maxAllBytes) break
    readings.push({ atMs, path, text })
  }
  return readings
}
