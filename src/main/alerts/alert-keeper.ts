import type { AlertMessage } from '#core/alerts/alert-message'
import { mostAlertRules, type AlertRule } from '#core/alerts/alert-rule'
import {
  noAlertSettings,
  type AlertOverview,
  type AlertSettings,
  type WebhookChange,
  type WebhookSettings,
} from '#core/alerts/alert-settings'
import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import { fromErrorValue } from '#core/ipc/rpc'
import { formatText } from '#core/text/catalogue'
import { openAlertStore, type AlertStore } from '../settings/alert-store'
import { createAlertEngine, type AlertEngine } from './alert-engine'
import { createWebhookSender, type WebhookSender, type WebhookSenderOptions } from './webhook-sender'
import { parseWebhookUrl } from './webhook-url'

export interface AlertKeeperOptions {
  /** The file of the settings; null: they are forgotten with the keeper. */
  path: string | null
  labelOf: (targetId: string) => string
  /** For the time line and the desktop; the webhook is the keeper's own. */
  onAlert: (message: AlertMessage, hasNotification: boolean) => void
  /** The overview is another one. */
  onChange: (overview: AlertOverview) => void
  onError?: (error: unknown) => void
  sender?: Pick<WebhookSenderOptions, 'limits' | 'delayMs'>
}

/** Alerts of all targets: the rules, what is raised, and where it is told. Must be disposed. */
export interface AlertKeeper {
  /** What is read goes in here. */
  readonly engine: AlertEngine
  overview(): Promise<AlertOverview>
  /** A new one, or the one of the same id anew. */
  saveRule(rule: AlertRule): Promise<AlertOverview>
  removeRule(id: string): Promise<AlertOverview>
  setWebhook(change: WebhookChange | null): Promise<AlertOverview>
  setNotification(isOn: boolean): Promise<AlertOverview>
  /** Sends one message now; rejects with why it was not taken. */
  testWebhook(): Promise<void>
  dispose(): Promise<void>
}

export function createAlertKeeper(options: AlertKeeperOptions): AlertKeeper {
  const engine = createAlertEngine({ rules: [], labelOf: options.labelOf, onAlert })
  const opening = openStore(options)
  let store: AlertStore | null = null
  let sender: WebhookSender | null = null
  let lastError: ErrorValue | null = null
  /** Senders that were replaced and still end. */
  const ending = new Set<Promise<void>>()

  const ready = opening.then((opened) => {
    store = opened
    engine.setRules(opened.get().rules)
    startSender(opened.get().webhook)
    return opened
  })

  function startSender(webhook: WebhookSettings | null): void {
    if (sender !== null) {
      const ended = sender.dispose().finally(() => ending.delete(ended))
      ending.add(ended)
    }
    lastError = null
    sender =
      webhook === null
        ? null
        : createWebhookSender({
            ...options.sender,
            ...webhook,
            onOutcome: (_message, outcome) => noteOutcome(outcome.ok ? null : outcome.error),
          })
  }

  function noteOutcome(error: ErrorValue | null): void {
    lastError = error
    tell()
  }

  function onAlert(message: AlertMessage): void {
    sender?.send(message)
    options.onAlert(message, store?.get().hasNotification ?? false)
    tell()
  }

  function tell(): void {
    if (store !== null) options.onChange(toOverview(store.get()))
  }

  function toOverview({ rules, webhook, hasNotification }: AlertSettings): AlertOverview {
    const { raised } = engine
    if (webhook === null || sender === null) return { rules, webhook: null, hasNotification, raised }
    const { preset, secret, locale } = webhook
    const shown = { origin: sender.origin, preset, hasSecret: secret !== null, locale, lastError }
    return { rules, webhook: shown, hasNotification, raised }
  }

  async function change(to: (settings: AlertSettings) => Partial<AlertSettings>): Promise<AlertOverview> {
    const opened = await ready
    const before = opened.get()
    const { rules, webhook } = await opened.change(to)
    if (rules !== before.rules) engine.setRules(rules)
    if (webhook !== before.webhook) startSender(webhook)
    tell()
    return toOverview(opened.get())
  }

  return {
    engine,
    overview: async () => toOverview((await ready).get()),
    saveRule: (rule) => change(({ rules }) => ({ rules: withRule(rules, rule) })),
    removeRule: (id) => change(({ rules }) => ({ rules: rules.filter((rule) => rule.id !== id) })),
    setWebhook: (next) => change(({ webhook }) => ({ webhook: toWebhook(webhook, next) })),
    setNotification: (isOn) => change(() => ({ hasNotification: isOn })),
    async testWebhook() {
      const { webhook } = (await ready).get()
      if (webhook === null || sender === null) throw new AppError('invalid', 'there is no webhook')
      const asked = sender
      const error = await asked.sendOnce(toTestMessage(webhook)).then(() => null, toErrorValue)
      if (sender === asked) noteOutcome(error)
      if (error !== null) throw fromErrorValue(error)
    },
    async dispose() {
      const opened = await ready
      startSender(null)
      await Promise.all([opened.flush(), ...ending])
    },
  }
}

async function openStore({ path, onError }: AlertKeeperOptions): Promise<AlertStore> {
  if (path !== null) return openAlertStore(path, (error) => onError?.(toErrorValue(error)))
  let settings = noAlertSettings
  return {
    get: () => settings,
    change: (to) => Promise.resolve((settings = { ...settings, ...to(settings) })),
    flush: () => Promise.resolve(),
  }
}

function withRule(rules: readonly AlertRule[], rule: AlertRule): AlertRule[] {
  if (rules.some(({ id }) => id === rule.id)) return rules.map((old) => (old.id === rule.id ? rule : old))
  if (rules.length >= mostAlertRules) throw new AppError('too-large', `at most ${mostAlertRules} rules`)
  return [...rules, rule]
}

function toWebhook(old: WebhookSettings | null, change: WebhookChange | null): WebhookSettings | null {
  if (change === null) return null
  const { preset, locale } = change
  const url = change.url ?? old?.url
  if (url === undefined)
    throw new AppError('invalid', 'webhook: no address', { hint: 'alert.webhook.urlInvalid' })
  const { href } = parseWebhookUrl(url)
  // A secret is for whom it was given: it does not go along to another address.
  const kept = change.url === undefined || href === old?.url ? (old?.secret ?? null) : null
  return { url: href, preset, secret: change.secret === undefined ? kept : change.secret, locale }
}

function toTestMessage({ locale }: WebhookSettings): AlertMessage {
  const nowMs = Date.now()
  return {
    id: `test-${nowMs}`,
    kind: 'raised',
    ruleId: 'test',
    ruleName: formatText(locale, 'alert.test.rule'),
    targetId: 'test',
    targetLabel: formatText(locale, 'alert.test.target'),
    process: null,
    metric: 'hostUsed',
    value: 94.4,
    threshold: 90,
    atMs: nowMs,
    sinceMs: nowMs,
    urgency: 'not-urgent',
    end: null,
    fact: { text: 'alert.fact.hostUsedLazyFree', params: { usedRatio: 0.944, lazyFreeRatio: 0.31 } },
    why: { text: 'alert.why.available', params: { unavailablePercent: 64 } },
    verdict: null,
    host: { usedPercent: 94.4, unavailablePercent: 64, lessLazyFreePercent: 63.4, lazyFreePercent: 31 },
  }
}
