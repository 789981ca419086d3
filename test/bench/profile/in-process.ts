// Decode and table of a profile in a process that is warm, as the window's worker is: prints wall ms, a line a turn.
import { readFileSync } from 'node:fs'
import { aggregate } from '#core/pprof/aggregate'
import { decodeProfile } from '#core/pprof/decode-profile'
import { prepareProfile } from '#core/pprof/prepare-profile'
import { formatReportTime, toTopReport } from '#core/pprof/top-report'

const [file = '', turns = '5'] = process.argv.slice(2)
const bytes = readFileSync(file)

for (let turn = 0; turn < Number(turns); turn++) {
  const startMs = performance.now()
  const profile = prepareProfile(await decodeProfile(bytes))
  const lines = toTopReport(profile, aggregate(profile), (atMs) => formatReportTime(atMs, 0, 'UTC'))
  if (lines.length < 2) throw new Error('no table')
  process.stdout.write(`${performance.now() - startMs}\n`)
}
