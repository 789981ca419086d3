import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '#core/verdict/verdict'
import { toVerdict } from '#core/verdict/to-verdict'
import { createVerdictWindow } from '#core/verdict/window'
import { facts, host, hostSample, processSample } from '../../dev/focus-harness/incident'
import { createAppI18n } from '../../i18n/i18n'
import VerdictCard from './VerdictCard.vue'
import VerdictSentence from './VerdictSentence.vue'

const startMs = 1e9

/** The verdict on the incident of the harness, 40 s of it, from this second on. */
function judge(fromSecond: number): Verdict {
  const window = createVerdictWindow()
  const at = (second: number) => processSample(startMs + second * 1000, second, 1e9, startMs)
  for (let second = fromSecond; second <= fromSecond + 40; second++) window.push(at(second))
  const last = fromSecond + 40
  return toVerdict({
    window,
    latest: at(last),
    facts,
    host: hostSample(startMs + last * 1000, last, 1e9),
    hostFacts: host,
    growth: null,
    proof: null,
  })
}

function show(verdict: Verdict, change: object = {}, locale: 'en' | 'zh-CN' = 'en') {
  const props = { verdict, nowMs: verdict.atMs, isGone: false, actions: ['balloon'], ...change }
  return mount(VerdictCard, { props, global: { plugins: [createAppI18n(locale)] }, attachTo: document.body })
}

describe('VerdictCard', () => {
  const incident = judge(300)

  it('says the verdict, how sure it is, and what it rests on', () => {
    const wrapper = show(incident)
    expect(wrapper.find('.headline').text()).toMatch(
      /^Certain\s*1\.66\u00a0GiB of RSS 2\.0\d\u00a0GiB \(8\d\.\d\u00a0%\) is LazyFree: the Go runtime has freed it/,
    )
    const rows = wrapper
      .findAll('.evidence')[0]!
      .findAll('li')
      .map((row) => row.text().replaceAll('\u00a0', ' '))
    expect(rows[0]).toMatch(/^LazyFree\s*1\.66 GiB\s*smaps_rollup, now$/)
    expect(rows.join('\n')).toContain('Heap in use')
    expect(wrapper.attributes('data-main')).toBe('madvFree')
    wrapper.unmount()
  })

  it('counts ages by the clock that it is given', () => {
    const wrapper = show(incident, { nowMs: incident.atMs + 75_000 })
    expect(wrapper.find('.evidence li').text().replaceAll('\u00a0', ' ')).toContain('1 min 15 s ago')
    wrapper.unmount()
  })

  it('offers the balloon where that is the step, and only where it can be blown', async () => {
    const wrapper = show(incident)
    await wrapper.find('.next button').trigger('click')
    expect(wrapper.emitted('act')).toEqual([['balloon']])
    await wrapper.setProps({ actions: [] })
    expect(wrapper.find('.next button').exists()).toBe(false)
    await wrapper.setProps({ actions: ['balloon'], isGone: true })
    expect(wrapper.find('.next button').exists()).toBe(false)
    expect(wrapper.find('.headline').text()).toContain('The process has ended; these are its last numbers.')
    wrapper.unmount()
  })

  it('shows what was ruled out and why, and the ways to read the alarm', () => {
    const wrapper = show(incident)
    expect(wrapper.find('[data-finding=raceBuild]').text()).toContain('is not recorded in this executable')
    expect(wrapper.find('[data-finding=shmem]').text()).toContain('There is no shared memory in RSS.')
    expect(wrapper.findAll('[data-reading]').map((row) => row.attributes('data-reading'))).toEqual([
      'hostUsed',
      'hostLessLazyFree',
      'hostUnavailable',
      'containerUsage',
      'containerRss',
      'workingSet',
    ])
    wrapper.unmount()
  })

  it('has no key and no parameter left over, in both languages', () => {
    for (const locale of ['en', 'zh-CN'] as const) {
      for (const verdict of [incident, judge(40)]) {
        const wrapper = show(verdict, {}, locale)
        expect(wrapper.text()).not.toMatch(/\b(?:verdict|verdict-card|headline|go)\.[a-z]|\{\w+\}/)
        wrapper.unmount()
      }
    }
  })
})

it('a sentence shows what the names in it hold', () => {
  const line = { text: 'go.madvise.kernelBefore45', params: { goVersion: 'x', kernelRelease: '4.4\u202e' } }
  const wrapper = mount(VerdictSentence, { props: { line }, global: { plugins: [createAppI18n('en')] } })
  expect(wrapper.text()).toContain('4.4\\u202e')
})
