import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { AlertRule } from '#core/alerts/alert-rule'
import type { AlertOverview, WebhookChange } from '#core/alerts/alert-settings'
import { toErrorValue, type ErrorValue } from '#core/errors'
import { useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'

export type WebhookTest = 'none' | 'running' | 'ok' | ErrorValue

/** Rules of alerts, the webhook, and what is raised. Kept by the backend; what goes wrong becomes a notice. */
export const useAlertsStore = defineStore('alerts', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
  /** null: not known yet. */
  const overview = shallowRef<AlertOverview | null>(null)
  const isOpen = ref(false)
  /** How the last trial of the webhook ended. */
  const test = shallowRef<WebhookTest>('none')

  backend.on('alerts', (next) => {
    overview.value = next
    // What became of a later message counts more than the trial.
    const isWell = next.webhook?.lastError == null
    if ((test.value === 'ok' && !isWell) || (typeof test.value === 'object' && isWell)) test.value = 'none'
  })
  backend.onConnected(() => {
    backend.call('alerts.get', null).then(
      (next) => (overview.value = next),
      () => undefined,
    )
  })

  /** Whether it was taken. */
  async function change(answer: Promise<AlertOverview>): Promise<boolean> {
    try {
      overview.value = await answer
      return true
    } catch (failure) {
      notices.addError('alerts.notice.save', failure)
      return false
    }
  }

  const saveRule = (rule: AlertRule): Promise<boolean> => change(backend.call('alerts.saveRule', { rule }))
  const removeRule = (id: string): Promise<boolean> => change(backend.call('alerts.removeRule', { id }))
  const setNotification = (isOn: boolean): Promise<boolean> =>
    change(backend.call('alerts.setNotification', { isOn }))

  function setWebhook(webhook: WebhookChange | null): Promise<boolean> {
    test.value = 'none'
    return change(backend.call('alerts.setWebhook', { webhook }))
  }

  async function testWebhook(): Promise<void> {
    test.value = 'running'
    try {
      await backend.call('alerts.testWebhook', null)
      test.value = 'ok'
    } catch (failure) {
      test.value = toErrorValue(failure)
    }
  }

  return { overview, isOpen, test, saveRule, removeRule, setNotification, setWebhook, testWebhook }
})
