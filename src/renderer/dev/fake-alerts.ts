import { noAlertSettings, type AlertOverview } from '#core/alerts/alert-settings'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'

type AlertMethods = Pick<BackendMethods, Extract<keyof BackendMethods, `alerts.${string}`>>

/** Rules and webhook of the played backend: kept as long as the page, and sent nowhere. */
export function createFakeAlerts(emit: (overview: BackendEvents['alerts']) => void): AlertMethods {
  let overview: AlertOverview = { ...noAlertSettings, webhook: null, raised: [] }

  function change(part: Partial<AlertOverview>): AlertOverview {
    overview = { ...overview, ...part }
    emit(overview)
    return overview
  }

  return {
    'alerts.get': () => overview,
    'alerts.saveRule': ({ rule }) =>
      change({ rules: [...overview.rules.filter(({ id }) => id !== rule.id), rule] }),
    'alerts.removeRule': ({ id }) => change({ rules: overview.rules.filter((rule) => rule.id !== id) }),
    'alerts.setWebhook': ({ webhook }) =>
      change({
        webhook:
          webhook === null
            ? null
            : {
                origin: new URL(webhook.url ?? overview.webhook?.origin ?? 'https://localhost').origin,
                preset: webhook.preset,
                hasSecret: webhook.secret != null,
                locale: webhook.locale,
                lastError: null,
              },
      }),
    'alerts.setNotification': ({ isOn }) => change({ hasNotification: isOn }),
    'alerts.testWebhook': () => null,
  }
}
