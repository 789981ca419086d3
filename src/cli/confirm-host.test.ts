import { describe, expect, it } from 'vitest'
import { checkConfirmation } from './confirm-host'

describe('a balloon on another machine', () => {
  it('is confirmed by its exact name, or may be by a person at a terminal', () => {
    expect(() => checkConfirmation('db-3', { name: 'db-3', isTerminal: false })).not.toThrow()
    expect(() => checkConfirmation('db-3', { name: undefined, isTerminal: true })).not.toThrow()
  })

  it('is refused without, saying how to confirm it', () => {
    expect(() => checkConfirmation('db-3', { name: undefined, isTerminal: false })).toThrow(
      'this runs on db-3, another machine; --confirm-host db-3 confirms it, --yes does not',
    )
    expect(() => checkConfirmation("docker exec -i 'c' sh", { name: undefined, isTerminal: false })).toThrow(
      `--confirm-host 'docker exec -i '\\''c'\\'' sh'`,
    )
  })

  it.each(['', 'db', 'DB-3', 'db-3 '])('is refused for the name %j, also at a terminal', (name) => {
    expect(() => checkConfirmation('db-3', { name, isTerminal: true })).toThrow('this runs on db-3')
  })
})
