import { z } from 'zod'
import { snapshotLimits } from '#core/snapshot/manifest'
import { keyField, targetField, timeField } from './message-fields'

const targetId = targetField
const time = timeField
const key = keyField
const exportId = z.string().min(1).max(64)
const selection = z.strictObject({
  targetId,
  keys: z.array(key).max(snapshotLimits.processes),
  fromMs: time,
  toMs: time,
  profileIds: z.array(z.string().max(64)).max(snapshotLimits.profiles),
  redaction: z.strictObject({
    arguments: z.boolean(),
    hostNames: z.boolean(),
    userNames: z.boolean(),
    paths: z.boolean(),
  }),
})

export const snapshotSchemas = {
  open: z.strictObject({ name: z.string().max(300), bytes: z.instanceof(Uint8Array) }),
  selection,
  export: selection.extend({ exportId, locale: z.enum(['en', 'zh-CN']) }),
  exportId: z.strictObject({ exportId }),
  target: z.strictObject({ targetId }),
  process: z.strictObject({ targetId, key }),
  verdict: z.strictObject({ targetId, key, atMs: time }),
  reading: z.strictObject({ targetId, atMs: time, path: z.string().max(4096) }),
  seek: z.strictObject({ targetId, atMs: time }),
}
