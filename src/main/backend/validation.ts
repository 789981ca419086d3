import { z } from 'zod'
import { AppError } from '#core/errors'
import { columnIds, type ColumnId } from '#core/metrics/process-table'
import type { Validator } from '#core/ipc/rpc'
import { alertRuleSchema, webhookChangeSchema } from '../alerts/alert-schemas'
import { keyField, targetField } from './message-fields'

const targetId = targetField
const key = keyField
const bytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const balloonSettings = z.strictObject({
  domain: z.enum(['host', 'cgroup']),
  maxBytes: bytes,
  floorBytes: bytes,
  stepBytes: bytes,
  holdMs: z.int().min(0).max(3_600_000),
  timeLimitMs: z.int().min(1000).max(3_600_000),
  psiLimitPercent: z.number().min(0).max(100),
})

export const backendSchemas = {
  nothing: z.null(),
  spec: z.strictObject({ spec: targetField }),
  target: z.strictObject({ targetId }),
  /** One line, which is all that ssh takes. What does not fit is never repeated in the error: it may be a password. */
  promptAnswer: z.strictObject({
    promptId: z.string().max(64),
    answer: z
      .string()
      .max(4096)
      .regex(/^[^\0\r\n]*$/, 'one line')
      .nullable(),
  }),
  sshHost: z.strictObject({ host: z.string().max(300) }),
  process: z.strictObject({ targetId, key }),
  table: z.strictObject({
    targetId,
    columns: z.array(z.enum(columnIds as [ColumnId, ...ColumnId[]])).max(columnIds.length),
    visibleRowIds: z.array(z.int().min(0).max(0xffffffff)).max(500),
  }),
  endpoint: z.strictObject({ targetId, key, url: z.string().max(2000).nullable() }),
  plan: z.strictObject({ targetId, key, settings: balloonSettings.partial().optional() }),
  start: z.strictObject({
    targetId,
    key,
    settings: balloonSettings,
    acceptedRisks: z.array(z.string().max(40)).max(20),
  }),
  profileEvery: z.strictObject({ targetId, key, minutes: z.int().min(1).max(240).nullable() }),
  profile: z.strictObject({ id: z.string().max(64) }),
  alertRule: z.strictObject({ rule: alertRuleSchema }),
  alertRuleId: z.strictObject({ id: z.string().max(64) }),
  webhook: z.strictObject({ webhook: webhookChangeSchema.nullable() }),
  alertNotification: z.strictObject({ isOn: z.boolean() }),
}

/** A schema as a validator of the rpc server: what does not fit is AppError `invalid`, naming the field. */
export function validateWith<P>(schema: z.ZodType<P>): Validator<P> {
  return (raw) => {
    const parsed = schema.safeParse(raw)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw new AppError('invalid', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`)
  }
}
