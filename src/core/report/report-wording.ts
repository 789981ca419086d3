import { toProofSentence } from '../balloon/sentences'
import type { BalloonProof } from '../balloon/types'
import type { SessionEvent } from '../ipc/contract'
import type { TextLine } from '../metrics/samples'
import { formatText, type Locale, type TextParams } from '../text/catalogue'
import { formatParams } from '../text/format-params'
import { toNeutralText } from '../text/neutral-text'
import { formatBytes, formatDuration, formatPercent } from '../text/units'
import { isHolding } from '../verdict/to-verdict'
import type { RssBandReason } from '../metrics/rss-accounting'
import { mainFinding, type Evidence, type Finding, type Verdict } from '../verdict/verdict'
import { shownVerdict, type ReportProcess } from './prepare-report'
import type { AbsentWhy, ReportSeries } from './report-series'

const maxTextLength = 2000

/** Sentences of a report in one language. Texts from a host come out with control characters made visible. */
export interface ReportWording {
  locale: Locale
  say(key: string, params?: TextParams): string
  line(line: TextLine): string
  level(finding: Finding): string
  evidence(one: Evidence): string
  /** The main finding and what else holds. */
  held(verdict: Verdict): Finding[]
  /** What the kept verdict says, and what today's rules say of the same moment; null: the same. */
  difference(process: ReportProcess): string | null
  /** Why a number is not there. */
  absence(why: AbsentWhy | RssBandReason): string
  proof(proof: BalloonProof): string
  event(event: SessionEvent): string
  value(value: number, unit: ReportSeries['unit']): string
  /** Of the day. */
  time(atMs: number): string
  moment(atMs: number): string
  zone(): string
}

/** Anything from a host or a file as text that shows what it holds. */
export function toShownText(text: string): string {
  return toNeutralText(text, maxTextLength)
}

export function createReportWording(locale: Locale): ReportWording {
  const say = (key: string, params?: TextParams): string => formatText(locale, key, params)
  const line = ({ text, params }: TextLine): string => toShownText(say(text, formatParams(params)))
  const time = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 8)
  return {
    locale,
    say,
    line,
    level: ({ level }) => say(`verdict.level.${level}`),
    evidence: (one) => {
      if (one.unit === 'text' || one.value === null) return line(one)
      return say('report.verdict.evidence', { name: line(one), value: toEvidenceValue(one.value, one.unit) })
    },
    difference(process) {
      const then = shownVerdict(process)
      if (process.again === null || then === null) return null
      const main = (verdict: Verdict): string => {
        const finding = mainFinding(verdict)
        return finding === null ? '' : line(finding)
      }
      return say('report.verdict.differs', { now: main(process.again.verdict), then: main(then) })
    },
    absence: (why) => say(`report.absence.${why.startsWith('endpoint-') ? 'noEndpoint' : why}`),
    held: ({ findings, main }) => findings.filter((finding) => isHolding(finding) || finding.id === main),
    proof(proof) {
      const { key, params } = toProofSentence(proof)
      return `${say(`balloon.proof.verdict.${proof.verdict}`)}${locale === 'en' ? ': ' : '：'}${say(key, params)}`
    },
    event: ({ text, params }) => line({ text: text.startsWith('event.') ? text : `event.${text}`, params }),
    value: (value, unit) => (unit === 'bytes' ? formatBytes(value) : formatPercent(value)),
    time,
    moment: (atMs) => `${toDay(atMs)} ${time(atMs)}`,
    zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

function toDay(atMs: number): string {
  const at = new Date(atMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

function toEvidenceValue(value: number, unit: Evidence['unit']): string {
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'bytes-per-minute') return `${formatBytes(value)}/min`
  if (unit === 'percent') return formatPercent(value)
  if (unit === 'ms') return formatDuration(value)
  return unit === 'per-second' ? `${value.toFixed(1)}/s` : String(Math.round(value * 100) / 100)
}
