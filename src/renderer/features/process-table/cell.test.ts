import { describe, expect, it } from 'vitest'
import type { DisplayColumnId } from '#core/metrics/process-table'
import { formatAge, readCell, toCell } from './cell'
import { displayColumns } from './display-columns'
import { createFrame, createMeta, frameAtMs, type FixtureProcess } from './table-frame.fixture'

function cellOf(id: DisplayColumnId, process: FixtureProcess, hasMeta = true) {
  const column = displayColumns.find((candidate) => candidate.id === id)!
  const reading = readCell(column, createFrame([process]), 0)
  return toCell(column, reading, hasMeta ? createMeta(process) : undefined)
}

describe('a cell', () => {
  it('formats a number, and says how old it is', () => {
    expect(
      cellOf('lazyFreeBytes', { pid: 1, lazyFreeBytes: 2 ** 30, rollupReadAtMs: frameAtMs - 4_000 }),
    ).toEqual({
      text: '1.00\u00a0GiB',
      absence: null,
      ageMs: 4_000,
      isZero: false,
    })
  })

  it('keeps 0 apart from absent', () => {
    expect(cellOf('lazyFreeBytes', { pid: 1, lazyFreeBytes: 0, rollupReadAtMs: frameAtMs })).toMatchObject({
      text: '0\u00a0B',
      isZero: true,
    })
    expect(cellOf('lazyFreeBytes', { pid: 1, rollupAbsence: 2 })).toMatchObject({
      text: null,
      absence: 'permission-denied',
    })
  })

  it('gives the reason of a source, and else that the kernel does not report it', () => {
    expect(cellOf('lazyFreeBytes', { pid: 1, rollupAbsence: 5 }).absence).toBe('too-expensive')
    expect(cellOf('lazyFreeBytes', { pid: 1 }).absence).toBe('not-reported')
    expect(cellOf('oomScore', { pid: 1 }).absence).toBe('not-read')
    expect(cellOf('rssBytes', { pid: 1, rssBytes: NaN }).absence).toBe('no-memory')
    expect(cellOf('cpuPercent', { pid: 1 }).absence).toBe('not-read')
  })

  it('escapes what an untrusted name hides', () => {
    expect(cellOf('command', { pid: 1, comm: 'sshd\u202e' }).text).toBe('sshd\\u202e')
    expect(cellOf('user', { pid: 1, user: 'a\nb' }).text).toBe('a\\nb')
  })

  it('has no dash for the Go version of what is no Go program', () => {
    expect(cellOf('goVersion', { pid: 1, isGo: false }).text).toBe('')
    expect(cellOf('goVersion', { pid: 1, isGo: true }).absence).toBe('not-reported')
    expect(cellOf('goVersion', { pid: 1 }, false).absence).toBe('not-read')
  })

  it('marks a race build', () => {
    const go = { pid: 1, isGo: true, goVersion: 'go1.22.4' }
    expect(cellOf('goVersion', { ...go, isRaceBuild: true }).text).toBe('go1.22.4 -race')
    expect(cellOf('goVersion', { ...go, isRaceBuild: false }).text).toBe('go1.22.4')
  })
})

it('formatAge runs in steps', () => {
  expect(formatAge(10_000)).toBe('10\u00a0s')
  expect(formatAge(24_900)).toBe('20\u00a0s')
  expect(formatAge(58_000)).toBe('1\u00a0min')
  expect(formatAge(60_000)).toBe('1\u00a0min')
  expect(formatAge(119_000)).toBe('1\u00a0min')
  expect(formatAge(125_000)).toBe('2\u00a0min')
})
