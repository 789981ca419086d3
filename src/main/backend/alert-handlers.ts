import type { BackendMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import type { AlertKeeper } from '../alerts/alert-keeper'
import { backendSchemas as schemas, validateWith } from './validation'

type AlertMethods = Pick<BackendMethods, Extract<keyof BackendMethods, `alerts.${string}`>>

export function createAlertHandlers(alerts: AlertKeeper): Handlers<AlertMethods> {
  return {
    'alerts.get': { validate: validateWith(schemas.nothing), handle: () => alerts.overview() },
    'alerts.saveRule': {
      validate: validateWith(schemas.alertRule),
      handle: ({ rule }) => alerts.saveRule(rule),
    },
    'alerts.removeRule': {
      validate: validateWith(schemas.alertRuleId),
      handle: ({ id }) => alerts.removeRule(id),
    },
    'alerts.setWebhook': {
      validate: validateWith(schemas.webhook),
      handle: ({ webhook }) => alerts.setWebhook(webhook),
    },
    'alerts.setNotification': {
      validate: validateWith(schemas.alertNotification),
      handle: ({ isOn }) => alerts.setNotification(isOn),
    },
    'alerts.testWebhook': {
      validate: validateWith(schemas.nothing),
      async handle() {
        await alerts.testWebhook()
        return null
      },
    },
  }
}
