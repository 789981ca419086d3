import type { BalloonSettings } from '#core/balloon/types'
import { formatSize, parseSize } from './parse-size'

export type FieldId = 'maxBytes' | 'floorBytes' | 'stepBytes' | 'holdMs' | 'timeLimitMs'
export type FieldProblem = 'size' | 'seconds' | 'step' | 'floor' | 'time'

const MiB = 1024 * 1024

/** Texts of the fields: sizes with units, times in seconds. */
export function toFields(settings: BalloonSettings): Record<FieldId, string> {
  return {
    maxBytes: formatSize(settings.maxBytes),
    floorBytes: formatSize(settings.floorBytes),
    stepBytes: formatSize(settings.stepBytes),
    holdMs: String(settings.holdMs / 1000),
    timeLimitMs: String(Math.round(settings.timeLimitMs / 1000)),
  }
}

/** What the fields say, or what is wrong with each. The plan made from it may still find a risk or refuse. */
export function parseSettings(fields: Readonly<Record<FieldId, string>>): {
  settings: Pick<BalloonSettings, FieldId> | null
  problems: Partial<Record<FieldId, FieldProblem>>
} {
  const problems: Partial<Record<FieldId, FieldProblem>> = {}
  const size = (id: FieldId, leastBytes: number, problem: FieldProblem): number => {
    const bytes = parseSize(fields[id])
    if (bytes === null) problems[id] = 'size'
    else if (bytes < leastBytes) problems[id] = problem
    return bytes ?? 0
  }
  const seconds = (id: FieldId, least: number, most: number): number => {
    const text = fields[id].trim()
    const value = text === '' ? NaN : Number(text.replace(',', '.'))
    if (!Number.isFinite(value)) problems[id] = 'seconds'
    else if (value < least || value > most) problems[id] = 'time'
    return Math.round(value * 1000)
  }
  const settings = {
    maxBytes: size('maxBytes', 4 * MiB, 'step'),
    floorBytes: size('floorBytes', 16 * MiB, 'floor'),
    stepBytes: size('stepBytes', 4 * MiB, 'step'),
    holdMs: seconds('holdMs', 0, 600),
    timeLimitMs: seconds('timeLimitMs', 1, 3600),
  }
  return { settings: Object.keys(problems).length === 0 ? settings : null, problems }
}
