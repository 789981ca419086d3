import { z } from 'zod'
import {
  alertLevels,
  hostAlertMetrics,
  mostAlertRules,
  mostForMs,
  processAlertMetrics,
  type AlertMetric,
  type AlertRule,
} from '#core/alerts/alert-rule'
import type { AlertSettings, WebhookChange } from '#core/alerts/alert-settings'
import { webhookPresets } from '#core/alerts/webhook-payload'
import { locales } from '#core/text/catalogue'
import { findingIds } from '#core/verdict/verdict'
import { parseWebhookUrl } from './webhook-url'

const metrics: readonly AlertMetric[] = [...hostAlertMetrics, ...processAlertMetrics]
const percentMetrics: readonly AlertMetric[] = hostAlertMetrics
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const oneLine = /^[^\p{Cc}]*$/u

const metricCondition = z
  .strictObject({
    kind: z.literal('metric'),
    metric: z.enum(metrics as [AlertMetric, ...AlertMetric[]]),
    threshold: amount,
    clearBelow: amount,
  })
  .refine(({ threshold, clearBelow }) => clearBelow <= threshold, 'clearBelow is above threshold')
  // At 0 it would be raised by everything, and never cleared.
  .refine(({ clearBelow }) => clearBelow > 0, 'clearBelow is 0')
  .refine(({ metric, threshold }) => !percentMetrics.includes(metric) || threshold <= 100, 'over 100 percent')

export const alertRuleSchema: z.ZodType<AlertRule> = z.strictObject({
  id: z.string().regex(/^[\w-]{1,64}$/),
  name: z.string().min(1).max(100).regex(oneLine),
  scope: z.strictObject({
    targetSpec: z.string().min(1).max(4096).nullable(),
    processPattern: z.string().min(1).max(100).regex(oneLine).nullable(),
  }),
  condition: z.union([
    metricCondition,
    z.strictObject({
      kind: z.literal('verdict'),
      finding: z.enum(findingIds),
      level: z.enum(alertLevels),
    }),
  ]),
  forMs: z.int().min(0).max(mostForMs),
  isEnabled: z.boolean(),
})

/** What does not fit is never repeated in an error: it may be a secret. */
const webhookUrl = z
  .string()
  .max(2048)
  .refine((text) => {
    try {
      parseWebhookUrl(text)
      return true
    } catch {
      return false
    }
  }, 'no address of a webhook')
const secret = z.string().min(1).max(500).regex(oneLine, 'one line').nullable()
const preset = z.enum(webhookPresets)
const locale = z.enum(locales)

export const webhookChangeSchema: z.ZodType<WebhookChange> = z.strictObject({
  // Checked by parseWebhookUrl, which says why it is none.
  url: z.string().max(2048).exactOptional(),
  preset,
  secret: secret.exactOptional(),
  locale,
})

const settingsFields = {
  rules: z.array(alertRuleSchema).max(mostAlertRules),
  webhook: z.strictObject({ url: webhookUrl, preset, secret, locale }).nullable(),
  hasNotification: z.boolean(),
}

/** Settings from a file: field by field, and of the rules each one that is well. */
export function parseAlertSettings(raw: unknown, defaults: AlertSettings): AlertSettings {
  if (typeof raw !== 'object' || raw === null) return defaults
  const { rules, webhook, hasNotification } = raw as Record<string, unknown>
  const kept = (Array.isArray(rules) ? rules.slice(0, mostAlertRules) : [])
    .map((rule) => alertRuleSchema.safeParse(rule))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []))
  return {
    rules: kept.filter(({ id }, index) => kept.findIndex((rule) => rule.id === id) === index),
    webhook: settingsFields.webhook.catch(defaults.webhook).parse(webhook),
    hasNotification: settingsFields.hasNotification.catch(defaults.hasNotification).parse(hasNotification),
  }
}
