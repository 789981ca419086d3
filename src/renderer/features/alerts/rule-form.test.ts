import { describe, expect, it } from 'vitest'
import type { AlertRule } from '#core/alerts/alert-rule'
import { newRuleFields, parseRuleFields, toRuleFields, type RuleFields } from './rule-form'

const fields: RuleFields = { ...newRuleFields, name: 'Memory' }

describe('the form of a rule', () => {
  it('says a rule of a host, without a process', () => {
    const { rule } = parseRuleFields({ ...fields, pattern: 'svc*', target: 'local' }, null)
    expect(rule).toMatchObject({
      name: 'Memory',
      scope: { targetSpec: 'local', processPattern: null },
      condition: { kind: 'metric', metric: 'hostUsed', threshold: 90, clearBelow: 85 },
      forMs: 60_000,
      isEnabled: true,
    })
    expect(rule?.id).toMatch(/^[\w-]{1,64}$/)
  })

  it('takes memory in MiB, and gives it back as it was typed', () => {
    const typed: RuleFields = {
      ...fields,
      kind: 'heapInuseSlope',
      threshold: '2,5',
      clearBelow: '1',
      pattern: ' svc* ',
    }
    const { rule } = parseRuleFields(typed, null)
    expect(rule).toMatchObject({
      scope: { processPattern: 'svc*' },
      condition: { threshold: 2.5 * 1024 * 1024, clearBelow: 1024 * 1024 },
    })
    expect(rule && toRuleFields(rule)).toEqual({ ...typed, threshold: '2.5', pattern: 'svc*' })
  })

  it('keeps who a changed rule is, and whether it is on', () => {
    const old: AlertRule = {
      id: 'r1',
      name: 'Leak',
      scope: { targetSpec: null, processPattern: null },
      condition: { kind: 'verdict', finding: 'notGo', level: 'certain' },
      forMs: 1500,
      isEnabled: false,
    }
    expect(parseRuleFields(toRuleFields(old), old)).toEqual({ rule: old, problems: {} })
  })

  it.each([
    [{ name: ' ' }, { name: 'empty' }],
    [{ threshold: '' }, { threshold: 'number' }],
    [{ threshold: '0' }, { threshold: 'number', clearBelow: 'above' }],
    [{ threshold: '-1' }, { threshold: 'number' }],
    [{ threshold: '1e3' }, { threshold: 'number' }],
    [{ threshold: '101' }, { threshold: 'percent' }],
    [{ clearBelow: '91' }, { clearBelow: 'above' }],
    [{ clearBelow: '0' }, { clearBelow: 'number' }],
    [{ seconds: 'x' }, { seconds: 'number' }],
    [{ seconds: '86401' }, { seconds: 'time' }],
  ])('%j: %j', (change, problems) => {
    expect(parseRuleFields({ ...fields, ...change }, null)).toEqual({ rule: null, problems })
  })
})
