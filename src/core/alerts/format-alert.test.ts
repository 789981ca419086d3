import { describe, expect, it } from 'vitest'
import { findingIds } from '../verdict/verdict'
import { heapStory, judge } from '../verdict/stories.fixture'
import { MiB, key } from '../verdict/verdict.fixture'
import { formatText, locales } from '../text/catalogue'
import { formatParams } from '../text/format-params'
import { toNeutralText } from '../text/neutral-text'
import { toAlertMessage, type AlertMoment, type AlertSubject } from './alert-message'
import { hostAlertMetrics, processAlertMetrics, type AlertCondition, type AlertRule } from './alert-rule'
import { seedAlarm } from './alert-message.fixture'
import { judgeProcess } from './alert-urgency'
import { formatAlert, toAlertEvent } from './format-alert'
import type { AlertEnd } from './alert-state'

const ends: AlertEnd[] = ['below', 'process-gone', 'not-watched', 'target-closed', 'rule-changed']
const process = { key, comm: 'svc' }
const leak = judge({ seconds: 600, scene: heapStory((second) => 170 * MiB + second * MiB, 40 * MiB, 20) })

function toRule(condition: AlertCondition): AlertRule {
  return {
    id: 'r1',
    name: 'Memory',
    scope: { targetSpec: null, processPattern: null },
    condition,
    forMs: 0,
    isEnabled: true,
  }
}

function toSubject(condition: AlertCondition, change: Partial<AlertSubject> = {}): AlertSubject {
  return {
    rule: toRule(condition),
    targetId: 'local',
    targetLabel: 'pay-07',
    process,
    host: null,
    lazyFreeBytes: null,
    ...change,
  }
}

const raised: AlertMoment = {
  kind: 'raised',
  value: 94.4,
  atMs: 2000,
  sinceMs: 0,
  raisedAtMs: 2000,
  end: null,
}

describe('alerts in words', () => {
  it('says the alarm that began it all', () => {
    expect(formatAlert(seedAlarm, 'en')).toEqual({
      title: 'Memory · pay-07',
      headline: '0.944 used, of which 0.31 is reclaimable LazyFree: not urgent',
      details: ['By MemAvailable 64.0\u00a0% is in use: the kernel takes the rest back when it needs it.'],
    })
    expect(formatAlert({ ...seedAlarm, urgency: 'urgent' }, 'zh-CN').headline).toBe(
      '已用 0.944，其中 0.31 是可回收的 LazyFree：紧急',
    )
  })

  it('says what the verdict on a process says', () => {
    const subject = toSubject({ kind: 'metric', metric: 'rss', threshold: 1, clearBelow: 1 })
    const message = toAlertMessage(subject, { ...raised, value: 800 * MiB }, judgeProcess(leak))
    const { title, headline, details } = formatAlert(message, 'en')
    expect(title).toBe(`Memory · pay-07 · svc (${key.pid})`)
    expect(headline).toBe(`svc (${key.pid}): RES 800\u00a0MiB: urgent`)
    expect(details[1]).toMatch(/^The Go heap grows: from \d/)
  })

  const conditions: AlertCondition[] = [
    ...[...hostAlertMetrics, ...processAlertMetrics].map(
      (metric) => ({ kind: 'metric', metric, threshold: 1, clearBelow: 1 }) as const,
    ),
    ...findingIds.map((finding) => ({ kind: 'verdict', finding, level: 'likely' }) as const),
  ]

  it.each(locales)('leaves no key and no parameter in %s', (locale) => {
    const percents = { usedPercent: 1, unavailablePercent: 1, lessLazyFreePercent: 1, lazyFreePercent: 31 }
    for (const condition of conditions) {
      for (const change of [{}, { host: percents, lazyFreeBytes: MiB }]) {
        const subject = toSubject(condition, change)
        const moments: AlertMoment[] = [
          raised,
          { ...raised, kind: 'escalated' },
          ...ends.map((end) => ({ ...raised, kind: 'cleared', end }) as const),
        ]
        for (const moment of moments) {
          const message = toAlertMessage(subject, moment, judgeProcess(leak))
          const { title, headline, details } = formatAlert(message, locale)
          const event = toAlertEvent(message)
          const mark = formatText(locale, event.text, formatParams(event.params))
          for (const text of [title, headline, mark, ...details])
            expect(text).not.toMatch(/alert\.|[{}]|null|NaN/)
          expect(mark).toContain('Memory')
        }
      }
    }
  })

  it('makes names inert', () => {
    const subject = toSubject(
      { kind: 'metric', metric: 'rss', threshold: 1, clearBelow: 1 },
      { targetLabel: 'a\u202eb', process: { key, comm: '\u001b[31mx\n'.repeat(60) } },
    )
    const { title, headline } = formatAlert(toAlertMessage(subject, raised, judgeProcess(null)), 'en')
    expect(toNeutralText(title + headline, 10_000)).toBe(title + headline)
    expect(headline.length).toBeLessThan(2000)
  })
})
