import type { AlertMessage } from './alert-message'

/** The alarm that began it all. */
export const seedAlarm: AlertMessage = {
  id: 'r1-host-1700000060000',
  kind: 'raised',
  ruleId: 'r1',
  ruleName: 'Memory',
  targetId: 'ssh:pay-07',
  targetLabel: 'pay-07',
  process: null,
  metric: 'hostUsed',
  value: 94.4,
  threshold: 90,
  atMs: 1_700_000_060_000,
  sinceMs: 1_700_000_000_000,
  urgency: 'not-urgent',
  end: null,
  fact: { text: 'alert.fact.hostUsedLazyFree', params: { usedRatio: 0.944, lazyFreeRatio: 0.31 } },
  why: { text: 'alert.why.available', params: { unavailablePercent: 64 } },
  verdict: null,
  host: { usedPercent: 94.4, unavailablePercent: 64, lessLazyFreePercent: 63.4, lazyFreePercent: 31 },
}

/** Names that would do something where they are taken for markup. */
export const hostileAlarm: AlertMessage = {
  ...seedAlarm,
  ruleName: '<!channel> & <at user_id="all">all</at>',
  targetLabel: '<https://evil.example|click>',
  process: { key: { pid: 7, startTimeTicks: 9 }, comm: '<script>' },
}
