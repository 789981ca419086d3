import { expect, test } from '../ballonet-app'
import { makeMemoryGroup, type MemoryGroup } from '../../test/host/memory-group'
import { scenarios } from '../../test/scenarios/scenarios'
import { startScenario } from '../../test/support/go-scenarios'
import type { TestService } from '../../test/support/go-service'
import { BalloonPage } from '../pages/balloon-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { TablePage } from '../pages/table-page'
import { VerdictPage } from '../pages/verdict-page'

const MiB = 1024 * 1024

let group: MemoryGroup | null = null
let service: TestService | null = null

async function start(name: string, limitMiB: number): Promise<TestService> {
  group = makeMemoryGroup(limitMiB * MiB)
  service = await startScenario(
    scenarios.find((scenario) => scenario.name === name)!,
    group?.dir,
  )
  return service
}

test.afterEach(async () => {
  await service?.end()
  await group?.remove()
  service = group = null
})

test('freed memory is named with its evidence, and a balloon confirms it', async ({ ballonet: { page } }) => {
  // Little room, so that the balloon is soon done.
  const { key } = await start('madvfree', 230)
  test.skip(group === null, '!!! NOT TESTED: no memory cgroup can be made (needs root)')
  const [verdict, balloon] = [new VerdictPage(page), new BalloonPage(page)]
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(key.pid)

  await test.step('named, with numbers, their ages and sources, and what to do', async () => {
    await verdict.waitFor('madvFree', /^certain$/)
    await expect(verdict.headline).toContainText(/of RSS .* is LazyFree: the Go runtime has freed it/)
    await expect(verdict.proof('LazyFree').first()).toContainText(/1\d\d(\.\d+)?\sMiB.*smaps_rollup.* ago/s)
    await expect(verdict.evidence).toContainText('madvdontneed=0')
    await expect(verdict.step(/GODEBUG/)).toBeVisible()
    await verdict.more.click()
    await expect(verdict.card).toContainText('Ways to read the alarm')
  })

  await test.step('the step that would settle it is one press', async () => {
    await verdict.card.getByRole('button', { name: 'Blow up a balloon' }).click()
    await expect(balloon.plan).toBeVisible()
    await balloon.startNow()
    await expect(balloon.proof).toContainText('Confirmed', { timeout: 60_000 })
  })

  await test.step('confirmed: what RSS was, and what it is', async () => {
    await expect(verdict.headline).toContainText(/a balloon had .* of LazyFree taken back/, {
      timeout: 30_000,
    })
    await verdict.waitFor('madvFree', /^certain$/)
    await expect(verdict.proof('Balloon: confirmed')).toContainText(/\d\sMiB/)
    await expect(verdict.card.getByRole('button', { name: 'Blow up a balloon' })).toHaveCount(0)
  })
})

test('a service that needs what it has is told apart from one that leaks', async ({ ballonet: { page } }) => {
  const { key } = await start('healthy', 400)
  const verdict = new VerdictPage(page)
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(key.pid)
  await new FocusPage(page).waitForHeap()
  await verdict.waitFor('nothingUnusual', /^(possible|likely)$/)
  await verdict.more.click()
  await expect(verdict.card).toContainText('Ruled out')
})
