import type { Locale } from '../text/catalogue'
import type { AlertMessage } from './alert-message'
import { formatAlert } from './format-alert'

/** `json`: all of the alert as fields; `feishu`: a text message of a Feishu or Lark bot; `slack`: an incoming webhook. */
export const webhookPresets = ['json', 'feishu', 'slack'] as const
export type WebhookPreset = (typeof webhookPresets)[number]

/** A Feishu bot that checks signatures wants these beside the message. */
export interface FeishuSignature {
  /** Seconds since the epoch, as text. */
  timestamp: string
  sign: string
}

/** Of the plain JSON; raised when a field goes or changes its meaning. */
const webhookVersion = 1

/**
 * What is posted, as JSON text.
 *
 * `json`: `version`, `id` (one alert keeps it from raised to cleared), `kind` (`raised`, `escalated`, `cleared`), `urgency`
 * (`urgent`, `not-urgent`, `unknown`), `title`, `text` and `details` in words, `rule` {id, name}, `target` {id, label},
 * `process` {pid, startTimeTicks, comm} or null, `metric`, `value` and `threshold` (percent, bytes, bytes a minute, or null),
 * `at` and `since` (RFC 3339), `end` (why it was cleared, or null), `verdict` {finding, level, severity} or null, `host`
 * {usedPercent, unavailablePercent, lessLazyFreePercent, lazyFreePercent} or null. null is never 0: it was not reported.
 */
export function toWebhookBody(
  message: AlertMessage,
  preset: WebhookPreset,
  locale: Locale,
  signature: FeishuSignature | null = null,
): string {
  const words = formatAlert(message, locale)
  const lines = [words.title, words.headline, ...words.details]
  switch (preset) {
    case 'json':
      return JSON.stringify({ ...toFields(message), ...toWords(words) })
    case 'feishu':
      return JSON.stringify({
        ...(signature ?? {}),
        msg_type: 'text',
        content: { text: toFeishuText(lines.join('\n')) },
      })
    case 'slack':
      // What a process calls itself is neither bold nor a page to be fetched and shown.
      return JSON.stringify({
        text: toSlackText(lines.join('\n')),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
      })
  }
}

function toWords({ title, headline, details }: ReturnType<typeof formatAlert>): object {
  return { title, text: headline, details }
}

function toFields(message: AlertMessage): object {
  const { process, verdict } = message
  return {
    version: webhookVersion,
    id: message.id,
    kind: message.kind,
    urgency: message.urgency,
    rule: { id: message.ruleId, name: message.ruleName },
    target: { id: message.targetId, label: message.targetLabel },
    process: process === null ? null : { ...process.key, comm: process.comm },
    metric: message.metric,
    value: message.value,
    threshold: message.threshold,
    at: new Date(message.atMs).toISOString(),
    since: new Date(message.sinceMs).toISOString(),
    end: message.end,
    verdict:
      verdict === null
        ? null
        : { finding: verdict.finding, level: verdict.level, severity: verdict.severity },
    host: message.host,
  }
}

/** Slack's three control characters; with them no `<!channel>`, link or mention is left. */
function toSlackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * Feishu takes `<at user_id="all">` in a text as a mention of everybody, `[text](address)` as a link and `**` as bold: signs of the
 * same look that are no markup.
 */
function toFeishuText(text: string): string {
  return text.replaceAll('<', '＜').replaceAll('>', '＞').replaceAll('](', '］(').replaceAll('**', '＊＊')
}
