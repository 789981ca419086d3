import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { metrics, seriesInfos, stripMetricIds } from '#core/metrics/catalogue'
import type { ProcessSample } from '#core/metrics/samples'
import { facts, host, hostSample, key, processSample, proof } from '../../dev/focus-harness/incident'
import { windowTexts } from '../../i18n/catalogues'
import { createAppI18n } from '../../i18n/i18n'
import EndpointLine from './EndpointLine.vue'
import FactsTab from './FactsTab.vue'
import NumberStrip from './NumberStrip.vue'
import { toEventLines } from './event-lines'

const sample = processSample(500_000, 500, 1e9, 0)
const global = { plugins: [createAppI18n('en')] }

function cellOf(change: Partial<ProcessSample>, id: string) {
  const wrapper = mount(NumberStrip, { props: { sample: { ...sample, ...change }, nowMs: 500_000 }, global })
  return wrapper.find(`[data-metric=${id}]`)
}

describe('NumberStrip', () => {
  it('shows every number of the catalogue', () => {
    const wrapper = mount(NumberStrip, { props: { sample, nowMs: 500_000 }, global })
    expect(wrapper.findAll('[data-metric]').map((cell) => cell.attributes('data-metric'))).toEqual([
      ...stripMetricIds,
    ])
    expect(cellOf({}, 'lazyFreeBytes').text()).toContain('1.66\u00a0GiB')
  })
  it('shows the age of an old reading', () => {
    const rollup = sample.rollup && { ...sample.rollup, atMs: 458_000 }
    expect(cellOf({ rollup }, 'lazyFreeBytes').text()).toContain('42\u00a0s')
    expect(cellOf({ rollup }, 'rssBytes').text()).not.toContain('42\u00a0s')
  })
  it('shows an absent number as a dash with its reason, never as 0', () => {
    const cell = cellOf({ rollup: null, absent: { smaps_rollup: 'permission-denied' } }, 'lazyFreeBytes')
    expect(cell.find('dd').text()).toContain('—')
    expect(cell.attributes('data-tip')).toContain('Needs the same user, or root')
  })
})

describe('EndpointLine', () => {
  const show = (change: object) =>
    mount(EndpointLine, { props: { endpoint: { ...sample.endpoint, ...change } }, global })
  it('asks a stopped endpoint once', async () => {
    const wrapper = show({ phase: 'stopped', costMs: 4200 })
    expect(wrapper.text()).toContain('one answer took 4.2\u00a0s')
    await wrapper.findAll('button')[0]!.trigger('click')
    expect(wrapper.emitted('askOnce')).toHaveLength(1)
  })
  it('takes only a web address', async () => {
    const wrapper = show({ phase: 'none', url: null })
    await wrapper.find('button').trigger('click')
    await wrapper.find('input').setValue('file:///etc/passwd')
    await wrapper.find('form').trigger('submit')
    expect(wrapper.emitted('set')).toBeUndefined()
    await wrapper.find('input').setValue('http://10.0.0.7:6060')
    await wrapper.find('form').trigger('submit')
    expect(wrapper.emitted('set')).toEqual([['http://10.0.0.7:6060']])
  })
  it('is not there for what is no Go process', () => {
    expect(show({ phase: 'not-go' }).text()).toBe('')
  })
})

describe('FactsTab', () => {
  it('says why a fact is absent, and tells unset from unreadable', () => {
    const hidden = {
      ...facts,
      exePath: null,
      goEnvironment: null,
      absent: { exe: 'permission-denied', environ: 'permission-denied' },
    } as const
    const props = { facts: hidden, sample, host, hostSample: hostSample(1, 1, 1e9) }
    const text = mount(FactsTab, { props, global }).text()
    expect(text).toContain('ExecutableNeeds the same user, or root')
    expect(text).toContain('GOMEMLIMITNeeds the same user, or root')
    expect(mount(FactsTab, { props: { ...props, facts }, global }).text()).toContain('GOMEMLIMITnot set')
  })
})

describe('toEventLines', () => {
  it('lists what concerns the process, newest first, with proofs', () => {
    const event = { targetId: 'local', kind: 'endpoint' as const, text: 'x', params: {} }
    const events = [
      { ...event, id: 1, atMs: 10, key },
      { ...event, id: 2, atMs: 30, key: { pid: 1, startTimeTicks: 1 } },
      { ...event, id: 3, atMs: 40, key: null },
      { ...event, id: 4, atMs: 50, key, kind: 'gc' as const },
      { ...event, id: 5, atMs: 60, key, targetId: 'ssh:other' },
    ]
    const runs = [{ startedAtMs: 15, endedAtMs: 20, target: key, proof: proof(15) }]
    expect(toEventLines('local', key, events, runs).map(({ id }) => id)).toEqual(['e3', 'p15', 'e1'])
  })
})

describe('the catalogue of metrics', () => {
  it('has a title and a help for each, in both languages', () => {
    for (const texts of Object.values(windowTexts)) {
      const area = (texts['chart'] as { metric: Record<string, { title?: string; help?: string }> }).metric
      for (const { id } of metrics)
        expect(area[id], id).toMatchObject({
          title: expect.any(String) as string,
          help: expect.any(String) as string,
        })
      expect(Object.keys(area).sort()).toEqual(metrics.map(({ id }) => id).sort())
    }
  })
  it('has a line style for each series by its own id', () => {
    for (const [id, info] of Object.entries(seriesInfos)) expect(info.id).toBe(id)
  })
})
