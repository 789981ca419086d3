import { describe, expect, it } from 'vitest'
import { hostileAlarm, seedAlarm } from '#core/alerts/alert-message.fixture'
import { toAlertNotice } from './alert-notice'

describe('alerts as notifications', () => {
  it('says the alarm, quietly when it is not urgent', () => {
    expect(toAlertNotice(seedAlarm, 'en')).toEqual({
      title: 'Memory · pay-07',
      body: '0.944 used, of which 0.31 is reclaimable LazyFree: not urgent\nBy MemAvailable 64.0\u00a0% is in use: the kernel takes the rest back when it needs it.',
      urgency: 'normal',
      silent: true,
    })
  })

  it.each([
    ['urgent', 'raised', 'critical'],
    ['unknown', 'raised', 'critical'],
    ['urgent', 'escalated', 'critical'],
    ['urgent', 'cleared', 'normal'],
  ] as const)('%s and %s: %s', (urgency, kind, expected) => {
    const notice = toAlertNotice({ ...seedAlarm, urgency, kind }, 'zh-CN')
    expect(notice).toMatchObject({ urgency: expected, silent: expected === 'normal' })
  })

  it('has no sign of markup, and an end', () => {
    const fact = { text: 'alert.fact.rss', params: { comm: '<b>&amp;'.repeat(500), pid: 7, rssBytes: 1 } }
    const { title, body } = toAlertNotice({ ...hostileAlarm, fact }, 'en')
    expect(title + body).not.toMatch(/[<>&]/)
    expect(title.length).toBeLessThanOrEqual(120)
    expect(body.length).toBeLessThanOrEqual(400)
  })
})
