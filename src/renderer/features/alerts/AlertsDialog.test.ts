import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostileAlarm } from '#core/alerts/alert-message.fixture'
import type { AlertRule } from '#core/alerts/alert-rule'
import { noAlertSettings, type AlertOverview } from '#core/alerts/alert-settings'
import { AppError } from '#core/errors'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useAlertsStore } from '../../stores/alerts'
import { useTargetsStore } from '../../stores/targets'
import AlertsButton from './AlertsButton.vue'
import AlertsDialog from './AlertsDialog.vue'

const rule: AlertRule = {
  id: 'r1',
  name: 'Memory',
  scope: { targetSpec: 'ssh:pay-07', processPattern: null },
  condition: { kind: 'metric', metric: 'hostUsed', threshold: 90, clearBelow: 85 },
  forMs: 60_000,
  isEnabled: true,
}
const webhook = {
  origin: 'https://hooks.example.com',
  preset: 'feishu',
  hasSecret: true,
  locale: 'en',
  lastError: null,
} as const

describe('the alerts dialog', () => {
  let overview: AlertOverview
  let fake: ReturnType<typeof createFakeConnection>
  let dialog: ReturnType<typeof mount>

  async function open(change: Partial<AlertOverview> = {}, answers: Record<string, () => unknown> = {}) {
    overview = { ...noAlertSettings, webhook: null, raised: [], ...change }
    const known = ['get', 'saveRule', 'removeRule', 'setWebhook', 'setNotification']
    fake = createFakeConnection({
      ...Object.fromEntries(known.map((name) => [`alerts.${name}`, () => overview])),
      ...answers,
    })
    useAlertsStore().isOpen = true
    useTargetsStore()
    dialog = mount(AlertsDialog, { global: fake.global, attachTo: document.body })
    await flushPromises()
  }

  const page = (): string => document.body.textContent
  function press(text: string): Promise<unknown> {
    const all = [...document.body.querySelectorAll('button')]
    all.find((button) => button.textContent.trim() === text)?.click()
    return flushPromises()
  }
  function type(label: string, value: string): void {
    const all = [...document.body.querySelectorAll('label')]
    const field = all.find((one) => one.textContent.trim().startsWith(label))?.querySelector('input, select')
    if (field === null || field === undefined) throw new Error(`no field ${label}`)
    ;(field as HTMLInputElement).value = value
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input'))
  }

  beforeEach(() => open())
  afterEach(() => {
    dialog.unmount()
    document.body.replaceChildren()
  })

  it('makes a rule, after it said what is missing', async () => {
    expect(page()).toContain('There is no rule yet.')
    await press('Add a rule')
    await press('Save')
    expect(page()).toContain('A name, please')
    expect(fake.callsOf('alerts.saveRule')).toEqual([])
    type('Name', 'Leak')
    type('What', 'rss')
    await flushPromises()
    type('Process name', 'svc*')
    type('Raised at (MiB)', '2048')
    type('Cleared below', '1024')
    await press('Save')
    expect(fake.callsOf('alerts.saveRule')).toMatchObject([
      {
        rule: {
          name: 'Leak',
          scope: { targetSpec: null, processPattern: 'svc*' },
          condition: { metric: 'rss', threshold: 2 ** 31, clearBelow: 2 ** 30 },
        },
      },
    ])
    expect(page()).not.toContain('Process name')
  })

  it('offers what is connected as a target, and nothing that was recorded', async () => {
    const info = { id: 'local', spec: 'local', label: 'h', state: 'connected', host: null, replay: null }
    fake.emit('target', info)
    fake.emit('target', { ...info, id: 'incident:1', spec: 'incident:1', replay: { processes: [] } })
    await press('Add a rule')
    const fields = [...document.body.querySelectorAll('label')]
    const field = fields.find((each) => each.textContent.trim().startsWith('Target'))
    expect(
      [...(field?.querySelectorAll('option') ?? [])].map(({ textContent }) => textContent.trim()),
    ).toEqual(['every target', 'This machine'])
  })

  it('lists rules, switches them off, changes and removes them', async () => {
    dialog.unmount()
    await open({ rules: [rule] })
    expect(page()).toContain('Used, as free counts it ≥ 90.0\u00a0% for 1\u00a0min · ssh:pay-07')
    document.body.querySelector<HTMLInputElement>('li input[type=checkbox]')?.click()
    expect(fake.callsOf('alerts.saveRule')).toEqual([{ rule: { ...rule, isEnabled: false } }])
    await press('Change')
    // Something is raised meanwhile: the form stays.
    fake.emit('alerts', { ...overview, rules: [{ ...rule }], raised: [hostileAlarm] })
    await flushPromises()
    type('Raised at', '95')
    await press('Save')
    expect(fake.callsOf('alerts.saveRule')[1]).toMatchObject({
      rule: { id: 'r1', scope: rule.scope, condition: { threshold: 95 } },
    })
    await press('Remove')
    expect(fake.callsOf('alerts.removeRule')).toEqual([{ id: 'r1' }])
  })

  it('shows what is raised as text', async () => {
    dialog.unmount()
    await open({ raised: [hostileAlarm] })
    expect(page()).toContain('<!channel>')
    expect(page()).toContain('0.944 used, of which 0.31 is reclaimable LazyFree: not urgent')
    expect(document.body.querySelector('script')).toBeNull()
    const button = mount(AlertsButton, { global: fake.global })
    expect(button.find('button').attributes('aria-label')).toBe('Alerts: 1 raised')
    await button.find('button').trigger('click')
    expect(useAlertsStore().isOpen).toBe(true)
    button.unmount()
  })

  it('keeps a webhook without showing it, and sends no more than what was changed', async () => {
    dialog.unmount()
    await open({ webhook })
    expect(document.body.innerHTML).toContain('https://hooks.example.com/… is kept')
    await press('Save')
    type('Webhook', 'https://open.feishu.cn/open-apis/bot/v2/hook/x')
    type('Secret', 'k3y')
    await press('Save')
    expect(fake.callsOf('alerts.setWebhook')).toEqual([
      { webhook: { preset: 'feishu', locale: 'en' } },
      {
        webhook: {
          preset: 'feishu',
          locale: 'en',
          url: 'https://open.feishu.cn/open-apis/bot/v2/hook/x',
          secret: 'k3y',
        },
      },
    ])
    expect(document.body.innerHTML).not.toContain('k3y')
  })

  it('says how a test ended', async () => {
    dialog.unmount()
    let failure: AppError | null = new AppError('refused', 'x', {
      hint: 'alert.webhook.refused',
      params: { code: 19021 },
    })
    await open(
      { webhook },
      {
        'alerts.testWebhook': () => {
          if (failure !== null) throw failure
          return null
        },
      },
    )
    await press('Send a test')
    expect(page()).toContain('It did not take the message (code 19021)')
    failure = null
    await press('Send a test')
    expect(page()).toContain('The test was taken')
    // An alert that comes later is not taken.
    const lastError = { code: 'failed', message: 'x', hint: 'alert.webhook.status', params: { status: 503 } }
    fake.emit('alerts', { ...overview, webhook: { ...webhook, lastError } })
    await flushPromises()
    expect(page()).not.toContain('The test was taken')
    expect(page()).toContain('503')
  })
})
