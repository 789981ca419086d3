import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** Cutting one thing may show the next. */
const mostRounds = 4

/**
 * What of a value the reader takes: texts and lists are cut to what a file may hold, so that nothing that is written is refused
 * by who opens it. The value itself where it fits, which is nearly always; what no cut helps is left as it is.
 */
export function fitPart<Value>(schema: z.ZodType<Value>, value: Value): Value {
  let fitted = value
  for (let round = 0; round < mostRounds; round++) {
    const { error } = schema.safeParse(fitted)
    if (error === undefined) return fitted
    if (round === 0) fitted = structuredClone(value)
    for (const issue of error.issues) cut(fitted, issue.path, issue)
  }
  return fitted
}

function cut(root: unknown, path: readonly PropertyKey[], issue: Issue): void {
  const last = path.at(-1)
  const parent = path.slice(0, -1).reduce<unknown>((each, name) => propertiesOf(each)?.[name], root)
  const holder = propertiesOf(parent)
  if (last === undefined || holder === null) return
  if (issue.code === 'invalid_union') {
    for (const inner of issue.errors.flat()) cut(root, [...path, ...inner.path], inner)
    return
  }
  const value = holder[last]
  if (issue.code === 'too_big' && (typeof value === 'string' || Array.isArray(value)))
    holder[last] = value.slice(0, Number(issue.maximum))
  // A clock that was set back in between.
  else if (issue.code === 'too_small' && typeof value === 'number') holder[last] = Number(issue.minimum)
}

function propertiesOf(value: unknown): Record<PropertyKey, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>) : null
}
