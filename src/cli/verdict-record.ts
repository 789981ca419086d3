import type { TextLine } from '#core/metrics/samples'
import { formatText } from '#core/text/catalogue'
import { formatParams } from '#core/text/format-params'
import { isHolding } from '#core/verdict/to-verdict'
import { mainFinding, type Evidence, type Finding, type Verdict } from '#core/verdict/verdict'
import { toTerminalText, type Output } from './output'

/** The field `verdict` of a line of `watch --json`. Names are part of the command line's contract (docs/user-guide.md). */
export interface VerdictRecord {
  main: Finding['id']
  level: Finding['level']
  sentence: string
  /** All of them, the main one first. `evidence` and `next` only of what holds. */
  findings: {
    id: Finding['id']
    level: Finding['level']
    severity: Finding['severity']
    sentence: string
    bytes: number | null
    evidence: {
      name: string
      value: number | null
      unit: Evidence['unit']
      ageMs: number | null
      source: string
    }[]
    next: string[]
  }[]
  readings: { id: string; usedBytes: number; totalBytes: number | null; actors: string[] }[]
  /** What keeps it from being more certain. */
  limits: string[]
}

/** A line of the catalogue in English, as the command line says it. */
function say({ text, params }: TextLine): string {
  return toTerminalText(formatText('en', text, formatParams(params)).replaceAll('\u00a0', ' '))
}

/** null before the first verdict. */
export function toVerdictRecord(verdict: Verdict | null): VerdictRecord | null {
  const main = verdict === null ? null : mainFinding(verdict)
  if (verdict === null || main === null) return null
  return {
    main: main.id,
    level: main.level,
    sentence: say(main),
    findings: verdict.findings.map((finding) => ({
      id: finding.id,
      level: finding.level,
      severity: finding.severity,
      sentence: say(finding),
      bytes: finding.bytes,
      evidence: isHolding(finding)
        ? finding.evidence.map((one) => ({
            name: say(one),
            value: one.value,
            unit: one.unit,
            ageMs: one.ageMs === null ? null : Math.round(one.ageMs),
            source: one.source,
          }))
        : [],
      next: isHolding(finding) ? finding.next.map(say) : [],
    })),
    readings: verdict.readings.map(({ id, usedBytes, totalBytes, actors }) => ({
      id,
      usedBytes,
      totalBytes,
      actors,
    })),
    limits: verdict.limits.map(say),
  }
}

/** The verdict in words: its sentence, what else holds, what to do. */
export function toVerdictLines(verdict: Verdict): string[] {
  const held = verdict.findings.filter((finding) => isHolding(finding) || finding.id === verdict.main)
  return held.flatMap((finding) => {
    const level = say({ text: `verdict.level.${finding.level}`, params: {} })
    const isMain = finding.id === verdict.main
    return [
      `${isMain ? '' : '  also '}${level}: ${say(finding)}`,
      ...(isMain ? finding.next.map((step) => `  ${say(step)}`) : []),
    ]
  })
}

/** Prints the verdict when it is another one: another main finding, or another certainty. */
export function createVerdictTeller(output: Output): (verdict: Verdict | null) => void {
  let told = ''
  return (verdict) => {
    const main = verdict === null ? null : mainFinding(verdict)
    if (verdict === null || main === null) return
    const meaning = `${main.text} ${main.level}`
    if (meaning === told) return
    told = meaning
    for (const line of toVerdictLines(verdict)) output.line(line)
  }
}
