import { describe, expect, it } from 'vitest'
import { coversProcess, coversTarget, isHostRule, matchesPattern, type AlertRule } from './alert-rule'

const rule: AlertRule = {
  id: 'r',
  name: 'RES',
  scope: { targetSpec: null, processPattern: null },
  condition: { kind: 'metric', metric: 'rss', threshold: 2, clearBelow: 1 },
  forMs: 0,
  isEnabled: true,
}

describe('patterns of process names', () => {
  it.each([
    ['svc', 'svc', true],
    ['svc', 'svc2', false],
    ['svc', 'Svc', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['svc*', 'svc', true],
    ['*pay*', 'my-pay-svc', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
    ['*ab', 'aab', true],
    ['**', 'x', true],
    // No sign but the star means anything.
    ['s.c', 'svc', false],
    ['[sv]*', 'svc', false],
    ['?vc', 'svc', false],
    ['kworker/0:*', 'kworker/0:1-events', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected)
  })

  it('takes no more steps than pattern times text', () => {
    expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(5000))).toBe(false)
  })
})

describe('scope', () => {
  it('covers any target, or only its own, and nothing when it is off', () => {
    expect(coversTarget(rule, 'ssh:a')).toBe(true)
    const own = { ...rule, scope: { ...rule.scope, targetSpec: 'local' } }
    expect([coversTarget(own, 'local'), coversTarget(own, 'ssh:a')]).toEqual([true, false])
    expect(coversTarget({ ...rule, isEnabled: false }, 'local')).toBe(false)
  })

  it('covers processes by name', () => {
    const named = { ...rule, scope: { targetSpec: 'local', processPattern: 'svc*' } }
    expect(coversProcess(named, 'local', 'svc-a')).toBe(true)
    expect(coversProcess(named, 'local', 'redis')).toBe(false)
    expect(coversProcess(named, 'ssh:a', 'svc-a')).toBe(false)
    expect(coversProcess(rule, 'local', 'redis')).toBe(true)
  })

  it('tells hosts from processes', () => {
    expect(isHostRule(rule)).toBe(false)
    expect(
      isHostRule({ ...rule, condition: { kind: 'metric', metric: 'psiFull', threshold: 1, clearBelow: 1 } }),
    ).toBe(true)
    expect(isHostRule({ ...rule, condition: { kind: 'verdict', finding: 'swapped', level: 'likely' } })).toBe(
      false,
    )
  })
})
