import { formatText, type Locale } from '../text/catalogue'
import { formatParams } from '../text/format-params'
import type { SessionEvent } from '../ipc/contract'
import type { TextLine } from '../metrics/samples'
import type { AlertMessage } from './alert-message'

/** An alert in words. Plain text: what of it comes from a host was made inert, and nothing is markup. */
export interface AlertText {
  /** Rule and where: `Memory of pay-07 · svc (4211)`. */
  title: string
  /** What is there and whether it is urgent: `0.944 used, of which 0.31 is reclaimable LazyFree: not urgent`. */
  headline: string
  /** Why, in one or two sentences; empty for a cleared one. */
  details: string[]
}

export function formatAlert(message: AlertMessage, locale: Locale): AlertText {
  const say = (key: string, params: TextLine['params'] = {}): string =>
    formatText(locale, key, formatParams(params))
  const sayLine = ({ text, params }: TextLine): string => say(text, params)
  const { process } = message
  const where =
    process === null
      ? message.targetLabel
      : say('alert.where', { label: message.targetLabel, comm: process.comm, pid: process.key.pid })
  const fact = sayLine(message.fact)
  const head =
    message.kind === 'cleared'
      ? fact
      : say('alert.line', { fact, urgency: say(`alert.urgency.${message.urgency}`) })
  return {
    title: say(`alert.title.${message.kind}`, { rule: message.ruleName, where }),
    headline: head,
    details: [message.why, message.verdict?.sentence]
      .filter((line) => line !== null && line !== undefined)
      .map(sayLine),
  }
}

/** The same for the time line, where the sentence is made when it is shown. */
export function toAlertEvent(message: AlertMessage): Omit<SessionEvent, 'id' | 'targetId'> {
  const { fact, kind, urgency } = message
  const path = kind === 'cleared' ? fact.text : `${fact.text.replace('fact', kind)}.${urgency}`
  return {
    atMs: message.atMs,
    key: message.process?.key ?? null,
    kind: 'alert',
    text: `event.${path}`,
    params: { ...fact.params, rule: message.ruleName },
  }
}
