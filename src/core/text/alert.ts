import type { AlertKind } from '../alerts/alert-message'
import type { AlertEnd } from '../alerts/alert-state'
import type { AlertUrgency } from '../alerts/alert-urgency'
import { verdictText } from './verdict'

/** `alert.fact`: what is there. Ratios are of 1, as alarms write them. */
const facts = {
  en: {
    hostUsed: '{usedRatio} used',
    hostUsedLazyFree: '{usedRatio} used, of which {lazyFreeRatio} is reclaimable LazyFree',
    hostUnavailable: '{usedRatio} used by MemAvailable',
    hostLessLazyFree: '{usedRatio} used without LazyFree',
    psiSome: 'Some tasks waited for memory {psiPercent} of the last 10 s',
    psiFull: 'All tasks waited for memory {psiPercent} of the last 10 s',
    rss: '{comm} ({pid}): RES {rssBytes}',
    rssLazyFree: '{comm} ({pid}): RES {rssBytes}, of which {lazyFreeBytes} is reclaimable LazyFree',
    rssLessLazyFree: '{comm} ({pid}): RES without LazyFree {restBytes}',
    heapInuseSlope: '{comm} ({pid}): the Go heap in use grows by {perMinuteBytes} a minute',
    ...toFindingFacts('{comm} ({pid}): ', verdictText.en.title),
  },
  'zh-CN': {
    hostUsed: '已用 {usedRatio}',
    hostUsedLazyFree: '已用 {usedRatio}，其中 {lazyFreeRatio} 是可回收的 LazyFree',
    hostUnavailable: '按 MemAvailable 计已用 {usedRatio}',
    hostLessLazyFree: '扣除 LazyFree 后已用 {usedRatio}',
    psiSome: '最近 10 秒中有 {psiPercent} 的时间部分任务在等待内存',
    psiFull: '最近 10 秒中有 {psiPercent} 的时间全部任务在等待内存',
    rss: '{comm}（{pid}）：RES {rssBytes}',
    rssLazyFree: '{comm}（{pid}）：RES {rssBytes}，其中 {lazyFreeBytes} 是可回收的 LazyFree',
    rssLessLazyFree: '{comm}（{pid}）：扣除 LazyFree 的 RES {restBytes}',
    heapInuseSlope: '{comm}（{pid}）：Go 在用堆每分钟增长 {perMinuteBytes}',
    ...toFindingFacts('{comm}（{pid}）：', verdictText['zh-CN'].title),
  },
} as const

const urgencies = {
  en: { urgent: 'urgent', 'not-urgent': 'not urgent', unknown: 'urgency unknown' },
  'zh-CN': { urgent: '紧急', 'not-urgent': '不紧急', unknown: '紧急程度未知' },
} as const satisfies Record<'en' | 'zh-CN', Record<AlertUrgency, string>>

const ends = {
  en: {
    below: 'It is over, after {spanMs}',
    'process-gone': 'The process has ended, {spanMs} after it was raised',
    'not-watched': 'The process is not watched any more, {spanMs} after it was raised',
    'target-closed': 'The target was closed, {spanMs} after it was raised',
    'rule-changed': 'Its rule was changed or removed, {spanMs} after it was raised',
  },
  'zh-CN': {
    below: '已恢复，持续 {spanMs}',
    'process-gone': '进程已结束，距触发 {spanMs}',
    'not-watched': '已不再观察该进程，距触发 {spanMs}',
    'target-closed': '目标已关闭，距触发 {spanMs}',
    'rule-changed': '规则已更改或删除，距触发 {spanMs}',
  },
} as const satisfies Record<'en' | 'zh-CN', Record<AlertEnd, string>>

/** Alerts in words: notifications, webhooks, and why they can't be sent. Parameters arrive formatted. */
export const alertText = {
  en: {
    fact: facts.en,
    urgency: urgencies.en,
    cleared: ends.en,
    line: '{fact}: {urgency}',
    where: '{label} · {comm} ({pid})',
    title: {
      raised: '{rule} · {where}',
      escalated: '{rule} · {where} · now urgent',
      cleared: '{rule} · {where} · over',
    },
    why: {
      verdictActs: 'The verdict on {comm} asks to act.',
      verdictSays: 'The verdict on the process says so.',
      verdictUnsure: 'The verdict is not sure.',
      noVerdict: 'There is no verdict on the process yet.',
      pressure: 'Tasks wait for memory (PSI some, 10 s: {psiPercent}).',
      unavailable: 'By MemAvailable {unavailablePercent} is in use and can not be taken back.',
      available:
        'By MemAvailable {unavailablePercent} is in use: the kernel takes the rest back when it needs it.',
      restIsMuch: 'Without LazyFree and cache {restPercent} is in use.',
      restIsLittle: 'Without LazyFree and cache only {restPercent} is in use.',
      nothingTells: 'Nothing that was read tells whether it could be taken back.',
    },
    test: { rule: 'Test', target: 'Ballonet' },
    webhook: {
      urlInvalid: 'Not a web address',
      urlScheme: 'It must begin with https:// or http://',
      urlAuth: 'User and password are not taken in the address',
      redirect: 'It redirects ({status}), which is not followed',
      status: 'It answered {status}',
      refused: 'It did not take the message (code {code})',
      tooLarge: 'Its answer is too large',
      timeout: 'No answer in time',
      unreachable: 'No connection',
      dropped: 'Too many messages waited; the oldest was dropped',
    },
  },
  'zh-CN': {
    fact: facts['zh-CN'],
    urgency: urgencies['zh-CN'],
    cleared: ends['zh-CN'],
    line: '{fact}：{urgency}',
    where: '{label} · {comm}（{pid}）',
    title: {
      raised: '{rule} · {where}',
      escalated: '{rule} · {where} · 变为紧急',
      cleared: '{rule} · {where} · 已解除',
    },
    why: {
      verdictActs: '对 {comm} 的结论是需要处理。',
      verdictSays: '依据对该进程的结论。',
      verdictUnsure: '结论尚不确定。',
      noVerdict: '对该进程尚无结论。',
      pressure: '有任务在等待内存（PSI some，10 秒：{psiPercent}）。',
      unavailable: '按 MemAvailable 计已用 {unavailablePercent}，无法回收。',
      available: '按 MemAvailable 计已用 {unavailablePercent}：其余部分内核需要时会回收。',
      restIsMuch: '扣除 LazyFree 与缓存后已用 {restPercent}。',
      restIsLittle: '扣除 LazyFree 与缓存后仅用 {restPercent}。',
      nothingTells: '已有读数无法判断能否回收。',
    },
    test: { rule: '测试', target: 'Ballonet' },
    webhook: {
      urlInvalid: '不是网址',
      urlScheme: '须以 https:// 或 http:// 开头',
      urlAuth: '地址中不能带用户名和密码',
      redirect: '对方要求重定向（{status}），不予跟随',
      status: '对方应答 {status}',
      refused: '对方未接受消息（代码 {code}）',
      tooLarge: '对方的应答过大',
      timeout: '未及时应答',
      unreachable: '无法连接',
      dropped: '等待发送的消息过多，已丢弃最早的一条',
    },
  },
} as const satisfies Record<
  'en' | 'zh-CN',
  { title: Record<AlertKind, string>; [area: string]: string | Record<string, string> }
>

/** Marks on the time line: `event.alert.raised.<fact>.<urgency>`, `event.alert.escalated…`, `event.alert.cleared.<end>`. */
export const alertEventText = {
  en: toEvents('en', 'Alert “{rule}”: ', 'Alert “{rule}” is urgent now: ', ': '),
  'zh-CN': toEvents('zh-CN', '告警“{rule}”：', '告警“{rule}”变为紧急：', '：'),
} as const

function toFindingFacts(prefix: string, titles: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(titles).map(([id, title]) => [`verdict-${id}`, prefix + title]))
}

function toEvents(locale: 'en' | 'zh-CN', raised: string, escalated: string, colon: string) {
  const withUrgency = (prefix: string): Record<string, Record<string, string>> =>
    Object.fromEntries(
      Object.entries(facts[locale]).map(([id, fact]) => [
        id,
        Object.fromEntries(
          Object.entries(urgencies[locale]).map(([urgency, word]) => [urgency, prefix + fact + colon + word]),
        ),
      ]),
    )
  return {
    raised: withUrgency(raised),
    escalated: withUrgency(escalated),
    cleared: Object.fromEntries(Object.entries(ends[locale]).map(([id, text]) => [id, raised + text])),
  }
}
