import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { unknownKernelMemory } from '#core/metrics/kernel-memory'
import type { GoBuild, HostFacts, ProcessFacts } from '#core/metrics/samples'
import { facts, host, hostSample, processSample } from '../../dev/focus-harness/incident'
import { createAppI18n } from '../../i18n/i18n'
import FactsLine from './FactsLine.vue'
import FactsTab from './FactsTab.vue'
import { toFactRows } from './fact-rows'

const sample = processSample(500_000, 500, 1e9, 0)
const build: GoBuild = {
  mainPackage: 'example.org/pay/checkout/cmd/checkout',
  moduleVersion: 'v1.4.2',
  settings: { '-tags': 'netgo', '-ldflags': '-X main.v=\u202e1', 'vcs.revision': 'abc', GOARCH: 'amd64' },
  vcsRevision: 'abc123',
  vcsTime: '2026-01-02T03:04:05Z',
  vcsModified: true,
  isCgo: true,
  isStripped: false,
  arch: 'amd64',
  buildMode: 'pie',
}

/** The text of each row of the tab by its fact, as the person reads it. */
function show(
  change: Partial<ProcessFacts>,
  hostChange: Partial<HostFacts> = {},
  locale: 'en' | 'zh-CN' = 'en',
): Map<string, string> {
  const props = {
    facts: { ...facts, ...change },
    sample,
    host: { ...host, ...hostChange },
    hostSample: hostSample(1, 1, 1e9),
  }
  const wrapper = mount(FactsTab, { props, global: { plugins: [createAppI18n(locale)] } })
  const ids = toFactRows(props).flatMap(({ rows }) => rows.map(({ id }) => id))
  const texts = wrapper.findAll('.row').map((row) =>
    row
      .findAll('dd')
      .map((cell) => cell.text())
      .join(' | '),
  )
  expect(wrapper.text()).not.toMatch(/focus\.|go\.madvise/)
  return new Map(ids.map((id, index) => [id, texts[index] ?? '']))
}

describe('the Facts tab', () => {
  it('shows the build as go version -m has it', () => {
    const rows = show({ build })
    expect(rows.get('goModule')).toBe('example.org/pay/checkout v1.4.2 | exe')
    expect(rows.get('mainPackage')).toContain('cmd/checkout')
    expect(rows.get('vcsRevision')).toBe('abc123 with uncommitted changes | exe')
    expect(rows.get('cgoEnabled')).toBe('yes | exe')
    expect(rows.get('stripped')).toBe('no | exe')
    expect(rows.get('buildMode')).toBe('pie | exe')
    expect(rows.get('buildSettings')).toMatch(/^-tags=netgo -ldflags=-X main.v=/)
    expect(rows.get('buildSettings')).not.toContain('\u202e')
  })

  it('tells what was not recorded from what could not be read', () => {
    expect(show({}).get('vcsRevision')).toBe('Not recorded in the executable | exe')
    const denied = show({ isGo: null, absent: { exe: 'permission-denied', environ: 'permission-denied' } })
    expect(denied.get('vcsRevision')).toBe('Needs the same user, or root | exe')
  })

  it('says which madvise and why, in both languages', () => {
    expect(show({}).get('madvise')).toContain('MADV_FREE')
    expect(show({}).get('madviseWhy')).toContain('go1.12.17 returns memory with MADV_FREE')
    expect(show({}, {}, 'zh-CN').get('madviseWhy')).toContain('go1.12.17 以 MADV_FREE 归还内存')
  })

  it('shows the runtime’s settings with their defaults, and what it makes of them', () => {
    const unset = show({ goEnvironment: {} })
    expect(unset.get('GOGC')).toBe('not set: 100 | environ')
    expect(unset.get('GOMEMLIMIT')).toBe('not set: no limit | environ')
    expect(unset.get('GOMAXPROCS')).toBe('not set: as many as CPUs that it may use | environ')
    const of = (goVersion: string, GOMEMLIMIT: string) =>
      show({ goVersion, goEnvironment: { GOMEMLIMIT } }).get('GOMEMLIMIT')
    expect(of('go1.20', '1073741824')).toBe('1073741824 (1.00\u00a0GiB) | environ')
    expect(of('go1.20', 'off')).toBe('off | environ')
    expect(of('go1.18', '1GiB')).toBe('1GiB ignored: GOMEMLIMIT came with Go 1.19 | environ')
    expect(of('go1.20', '1G')).toContain('not a size')
  })

  it('shows what the kernel can do by what it showed, and says when only its release tells', () => {
    const probed = { ...unknownKernelMemory, madvFreeCounted: true, lazyFreeReported: false }
    const old = show({}, { kernelRelease: '4.4.0', kernelMemory: probed, thpDefrag: 'defer' })
    expect(old.get('madvFree')).toBe('yes | vmstat')
    expect(old.get('lazyFreeReported')).toBe('no | smaps')
    expect(old.get('thpDefrag')).toBe('defer | transparent_hugepage/defrag')
    const guessed = show({}, { kernelRelease: '4.4.0', kernelMemory: unknownKernelMemory })
    expect(guessed.get('madvFree')).toBe('no judged by the release | uname -r')
    expect(guessed.get('pressure')).toContain('Nothing here tells')
    // The walk of this very process shows it.
    expect(guessed.get('lazyFreeReported')).toBe('yes | smaps')
  })
})

describe('the line of facts', () => {
  const show = (change: Partial<ProcessFacts>): string =>
    mount(FactsLine, {
      props: { facts: { ...facts, ...change }, limit: null, host },
      global: { plugins: [createAppI18n('en')] },
    }).text()

  it('tells a race build at once', () => {
    expect(show({ isRaceBuild: true })).toContain('ten times the memory')
    expect(show({ isRaceBuild: false })).not.toContain('race')
    expect(show({ isRaceBuild: null })).not.toContain('race')
  })

  it('says why the runtime uses its madvise', () => {
    expect(show({})).toContain('go1.12.17 returns memory with MADV_FREE, the default of Go 1.12 to 1.15.')
    expect(show({ isGo: false, goVersion: null, madviseWhy: null })).not.toContain('MADV')
  })
})
