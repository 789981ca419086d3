import { z } from 'zod'
import { snapshotLimits } from '#core/snapshot/manifest'
import { streamColumns, type StreamId } from '#core/snapshot/sample-parts'
import { keyField, targetField, timeField } from './message-fields'

const mib = 1024 * 1024
const time = timeField
const targetSpec = targetField
const key = keyField

export const historySchemas = {
  range: z.strictObject({ targetSpec, fromMs: time, toMs: time }),
  ofProcesses: z.strictObject({
    targetSpec,
    keys: z.array(key).max(snapshotLimits.processes),
    fromMs: time,
    toMs: time,
  }),
  series: z.strictObject({
    targetSpec,
    key: key.nullable(),
    stream: z.enum(Object.keys(streamColumns) as [StreamId, ...StreamId[]]),
    columns: z.array(z.string().max(64)).max(64),
    fromMs: time,
    toMs: time,
    buckets: z.int().min(1).max(10_000),
  }),
  /** Below 64 MiB the log beside the recording would be most of it. */
  retention: z.strictObject({
    maxAgeMs: z
      .int()
      .min(3_600_000)
      .max(3_660 * 86_400_000),
    maxBytes: z
      .int()
      .min(64 * mib)
      .max(1024 * 1024 * mib),
  }),
  addMark: z.strictObject({ targetSpec, atMs: time, text: z.string().max(200) }),
  mark: z.strictObject({ id: z.string().max(64) }),
}
