import { describe, expect, it } from 'vitest'
import { hostileAlarm, seedAlarm } from './alert-message.fixture'
import { toWebhookBody } from './webhook-payload'

const parse = (text: string): unknown => JSON.parse(text)

describe('webhook payloads', () => {
  it('has every field of the plain JSON', () => {
    expect(parse(toWebhookBody(seedAlarm, 'json', 'en'))).toEqual({
      version: 1,
      id: 'r1-host-1700000060000',
      kind: 'raised',
      urgency: 'not-urgent',
      title: 'Memory · pay-07',
      text: '0.944 used, of which 0.31 is reclaimable LazyFree: not urgent',
      details: ['By MemAvailable 64.0\u00a0% is in use: the kernel takes the rest back when it needs it.'],
      rule: { id: 'r1', name: 'Memory' },
      target: { id: 'ssh:pay-07', label: 'pay-07' },
      process: null,
      metric: 'hostUsed',
      value: 94.4,
      threshold: 90,
      at: '2023-11-14T22:14:20.000Z',
      since: '2023-11-14T22:13:20.000Z',
      end: null,
      verdict: null,
      host: { usedPercent: 94.4, unavailablePercent: 64, lessLazyFreePercent: 63.4, lazyFreePercent: 31 },
    })
  })

  it('is a text message for Feishu, signed or not, with no mention in it', () => {
    expect(parse(toWebhookBody(seedAlarm, 'feishu', 'zh-CN'))).toEqual({
      msg_type: 'text',
      content: {
        text: 'Memory · pay-07\n已用 0.944，其中 0.31 是可回收的 LazyFree：不紧急\n按 MemAvailable 计已用 64.0\u00a0%：其余部分内核需要时会回收。',
      },
    })
    const signed = parse(toWebhookBody(seedAlarm, 'feishu', 'en', { timestamp: '1', sign: 's' }))
    expect(signed).toMatchObject({ timestamp: '1', sign: 's', msg_type: 'text' })
    expect(toWebhookBody(hostileAlarm, 'feishu', 'en')).not.toMatch(/<|>/)
    const process = { key: { pid: 7, startTimeTicks: 9 }, comm: '[a](//b.c)**x**' }
    expect(toWebhookBody({ ...seedAlarm, process }, 'feishu', 'en')).not.toMatch(/\]\(|\*\*/)
  })

  it('is a text for Slack, with its three control characters escaped', () => {
    const { text } = parse(toWebhookBody(hostileAlarm, 'slack', 'en')) as { text: string }
    expect(text).not.toMatch(/[<>]/)
    expect(text).toContain('&lt;!channel&gt; &amp; ')
    expect(text).toContain('&lt;https://evil.example|click&gt;')
    expect(parse(toWebhookBody(hostileAlarm, 'slack', 'en'))).toMatchObject({
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    })
  })
})
