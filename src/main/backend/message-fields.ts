import { z } from 'zod'

/** Fields of messages from a window, which may have been taken over: everything is bounded and nothing is coerced. */

/** An exec command may be as long as a line that a person types. */
export const targetField = z.string().max(4096)

export const keyField = z.strictObject({
  pid: z.int().min(1).max(0x7fffffff),
  startTimeTicks: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
})

/** ms since the epoch, as far as a Date goes. */
export const timeField = z.number().min(0).max(8_640_000_000_000_000)
