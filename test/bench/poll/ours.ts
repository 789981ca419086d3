// The product's poll in a process of its own. A line on standard input is a job, a line on standard output its answer,
// CPU time in µs (user + sys, all threads) and the number of processes:
//   poll     LocalTarget.poll of every stat file and parseStatTable
//   turn     one turn of the sampler without its timer: poll with the host's files, row store, frame
//   start    starts the sampler at 1 Hz with the columns that follow
//   cpu      CPU time so far, frames so far, rows with news in the last frame
import { createInterface } from 'node:readline'
import type { ColumnId } from '#core/metrics/process-table'
import { createStatTable, parseStatTable } from '#core/procfs/stat-table'
import { hostReads, toHostSample } from '#main/sampling/host-reader'
import { openProcSampler } from '#main/sampling/proc-sampler'
import { createRowStore } from '#main/sampling/row-store'
import { buildTableFrame } from '#main/sampling/table-frame'
import { openLocalTarget } from '#main/targets/local-target'

const target = openLocalTarget()
const store = createRowStore(target.host)
let table = createStatTable()
let frames = 0
let lastMetas = 0

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function poll(): Promise<number> {
  const { stat } = await target.poll({ stat: true, reads: [] })
  if (stat === null) throw new Error('no stat frame')
  table = parseStatTable(stat, table)
  return table.count
}

async function turn(): Promise<number> {
  const monotonicMs = performance.now()
  const answer = await target.poll({ stat: true, reads: hostReads })
  if (answer.stat === null) throw new Error('no stat frame')
  const { memTotalBytes } = toHostSample(answer.reads, answer.atMs)
  store.update(answer.stat, monotonicMs)
  const metaVersion = store.rows.reduce((newest, row) => Math.max(newest, row.metaVersion), 0)
  const { atMs, costMs } = answer
  return buildTableFrame(store.rows, [], metaVersion, { atMs, costMs, memTotalBytes }).count
}

async function startSampler(columns: ColumnId[]): Promise<void> {
  const sampler = await openProcSampler(target)
  sampler.onHost(() => undefined)
  sampler.subscribeTable({ columns, visibleRowIds: [] }, (frame) => {
    frames++
    lastMetas = frame.metas.length
  })
}

async function answer(line: string): Promise<string> {
  const [job, ...columns] = line.split(' ')
  if (job === 'cpu') return `${cpuMicros()} ${frames} ${lastMetas}`
  if (job === 'start') {
    await startSampler(columns as ColumnId[])
    return 'started'
  }
  const start = cpuMicros()
  const count = job === 'turn' ? await turn() : await poll()
  return `${cpuMicros() - start} ${count}`
}

for await (const line of createInterface({ input: process.stdin })) console.log(await answer(line))
process.exit(0)
