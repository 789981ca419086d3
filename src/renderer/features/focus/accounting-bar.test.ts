import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { rssBandIds, toRssAccounting } from '#core/metrics/rss-accounting'
import type { ProcessSample } from '#core/metrics/samples'
import { processSample } from '../../dev/focus-harness/incident'
import { createAppI18n } from '../../i18n/i18n'
import AccountingBar from './AccountingBar.vue'
import { toBandCells, toBarBytes } from './band-cells'

const MiB = 1024 * 1024
const sample = processSample(500_000, 500, 1e9, 0)
const i18n = createAppI18n('en')
const global = { plugins: [i18n] }

function show(change: Partial<ProcessSample>, nowMs = 500_000) {
  const accounting = toRssAccounting({ ...sample, ...change }, null)
  const props = { accounting, nowMs, open: true, chart: false }
  return { accounting, wrapper: mount(AccountingBar, { props, global }) }
}

describe('AccountingBar', () => {
  it('shows every band; those that are known fill the bar', () => {
    const { accounting, wrapper } = show({})
    expect(wrapper.findAll('[data-band]').map((band) => band.attributes('data-band'))).toEqual([
      ...rssBandIds,
    ])
    const cells = toBandCells(accounting, 500_000, (key) => key)
    const width = cells.reduce((sum, cell) => sum + cell.widthPercent, 0)
    expect(width).toBeCloseTo(100, 6)
    expect(wrapper.find('[role=img]').attributes('aria-label')).toContain('LazyFree')
    expect(wrapper.findAll('.part').length).toBeGreaterThan(3)
  })
  it('says of a band that is not known why, and where its pages are', () => {
    const { wrapper } = show({ go: null, endpoint: { ...sample.endpoint, phase: 'none' } })
    const band = wrapper.find('[data-band=heapInuse]')
    expect(band.text()).toContain('—')
    expect(band.attributes('data-tip')).toContain('No endpoint answered')
    expect(band.attributes('data-tip')).toContain('“Other anonymous”')
    expect(wrapper.find('[data-band=other]').text()).toContain('Other anonymous')
  })
  it('shows a negative rest, and how much more than RSS the bands are', () => {
    const rssBytes = sample.rollup!.rssBytes!
    const go = { ...sample.go!, heapInuseBytes: rssBytes }
    const { accounting, wrapper } = show({ go })
    expect(wrapper.find('[data-band=other]').text()).toContain('\u2212')
    expect(wrapper.find('.over').exists()).toBe(true)
    expect(wrapper.text()).toContain('more than RSS')
    expect(toBarBytes(accounting)).toBeGreaterThan(rssBytes)
  })
  it('tells the age, huge pages, and folds', async () => {
    const rollup = { ...sample.rollup!, anonHugePagesBytes: 64 * MiB }
    const { wrapper } = show({ rollup }, rollup.atMs + 42_000)
    expect(wrapper.text()).toContain('42\u00a0s ago')
    expect(wrapper.text()).toContain('64.0\u00a0MiB are in huge pages')
    await wrapper.find('.fold').trigger('click')
    expect(wrapper.emitted('update:open')).toEqual([[false]])
    await wrapper.setProps({ open: false })
    expect(wrapper.find('.bar').exists()).toBe(false)
  })
})
