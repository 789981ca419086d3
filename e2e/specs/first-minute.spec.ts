import { existsSync, readFileSync } from 'node:fs'
import { expect, test, launchBallonet, type BallonetApp } from '../ballonet-app'
import { isAlive, readStatusBytes, until } from '../hosts/processes'
import { awkRollupBytes } from '../hosts/rollup'
import { BalloonPage } from '../pages/balloon-page'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ShellPage } from '../pages/shell-page'
import { isShownAs, parseShownBytes } from '../pages/shown-bytes'

const mib = 1024 * 1024

test('the first window has four doors', async ({ ballonet: { page } }) => {
  const doors = new DoorsPage(page)
  await expect(doors.title).toHaveText('Where has the memory gone?')
  await expect(doors.doors).toHaveCount(4)
  for (const name of [
    'This machine',
    'Reproduce the incident',
    'A host over SSH',
    'Open a snapshot',
  ] as const)
    await expect(doors.door(name)).toBeEnabled()
})

test('a shortcut works as soon as the window stands, before what it shows is loaded', async ({
  ballonet: { page },
}) => {
  await page.addInitScript(() => {
    const seen = new MutationObserver(() => {
      if (document.querySelector('.app') === null) return
      seen.disconnect()
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true }),
      )
    })
    seen.observe(document, { childList: true, subtree: true })
  })
  await page.reload()
  await expect(new ShellPage(page).palette).toBeVisible()
})

test('the incident is reproduced, proved and put away', async ({ ballonet }) => {
  const { page } = ballonet
  const { pid, groupDir } = await startDemo(ballonet)
  const [focus, balloon, shell] = [new FocusPage(page), new BalloonPage(page), new ShellPage(page)]

  await test.step('a real Go service with LazyFree, in a memory cgroup of its own', async () => {
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')).toContain('GODEBUG=madvdontneed=0')
    expect(groupDir).toContain('ballonet-demo')
    await expect(shell.walkthrough).toContainText('A real Go service plays it.')
    await expect(shell.walkthrough).toContainText('Look.')
    await expect(focus.headline).toContainText(
      /of RSS .* is LazyFree: the Go runtime has freed it with MADV_FREE, and the kernel takes it back when it needs it\./,
    )
  })

  const rssBeforeBytes = readStatusBytes(pid, 'VmRSS')!
  const heapBefore = await focus.number('heapInuseBytes').innerText()
  await test.step('the screen says what /proc says', async () => {
    await expect
      .poll(async () => isShownAs(readStatusBytes(pid, 'VmRSS')!, await focus.number('rssBytes').innerText()))
      .toBe(true)
    expect(awkRollupBytes(pid, 'LazyFree')).toBeGreaterThan(rssBeforeBytes / 2)
    await expect
      .poll(async () =>
        isShownAs(awkRollupBytes(pid, 'LazyFree'), await focus.number('lazyFreeBytes').innerText()),
      )
      .toBe(true)
  })

  await test.step('the plan has numbers and counts down', async () => {
    await balloon.press()
    // Read at once: the plan gives way to the run after three seconds.
    const plan = await balloon.plan.innerText()
    expect(plan).toMatch(/Takes up to [\d.]+\s[MG]iB in about \d+ steps/)
    expect(plan).toMatch(/LazyFree is [\d.]+\s[MG]iB now and is expected to be gone at [\d.]+\s[MG]iB/)
    expect(plan).toContain('ballonet-demo')
    expect(plan).toMatch(/Starts in [123] s/)
    await expect(balloon.run).toBeVisible()
    await expect(shell.walkthrough).toContainText('Press Balloon.')
  })

  await test.step('the proof is confirmed, on the screen and in /proc', async () => {
    await expect(balloon.proof).toContainText('Confirmed', { timeout: 60_000 })
    await expect(shell.walkthrough).toContainText('Read the proof.')
    const rss = await balloon.proofRow('rssBytes')
    const lazyFree = await balloon.proofRow('lazyFreeBytes')
    const heap = await balloon.proofRow('heapInuseBytes')
    const virt = await balloon.proofRow('virtBytes')
    // Answering the polls makes the service a little larger meanwhile.
    expect(Math.abs(parseShownBytes(rss.before)!.bytes - rssBeforeBytes)).toBeLessThan(4 * mib)
    expect(Math.abs(parseShownBytes(rss.after)!.bytes - readStatusBytes(pid, 'VmRSS')!)).toBeLessThan(8 * mib)
    expect(readStatusBytes(pid, 'VmRSS')).toBeLessThan(rssBeforeBytes / 2)
    // The floor or the pressure may stop it a little before the last page.
    const lazyFreeBefore = parseShownBytes(lazyFree.before)!.bytes
    expect(parseShownBytes(lazyFree.after)!.bytes).toBeLessThan(lazyFreeBefore / 10)
    expect(awkRollupBytes(pid, 'LazyFree')).toBeLessThan(lazyFreeBefore / 10)
    expect(heap.before).toBe(heapBefore)
    expect(Math.abs(parseShownBytes(heap.after)!.bytes - parseShownBytes(heap.before)!.bytes)).toBeLessThan(
      4 * mib,
    )
    expect(virt.after).toBe(virt.before)
    // The strip goes on by itself.
    await expect
      .poll(async () => isShownAs(readStatusBytes(pid, 'VmRSS')!, await focus.number('rssBytes').innerText()))
      .toBe(true)
    await expect(focus.article.getByRole('tabpanel')).toContainText('Confirmed')
  })

  await test.step('stopping the demo ends the service and removes its cgroup', async () => {
    await shell.walkthrough.getByRole('button', { name: 'Stop the demo' }).click()
    await expect(shell.walkthrough).toBeHidden()
    await until(
      'the service',
      () => isAlive(pid),
      (alive) => !alive,
      5000,
    )
    await until(
      'its cgroup',
      () => existsSync(groupDir),
      (there) => !there,
      5000,
    )
  })
})

test('closing the app ends the demo', async () => {
  const app = await launchBallonet()
  let closed = false
  try {
    const { pid, groupDir } = await startDemo(app)
    await app.close()
    closed = true
    await until(
      'the service',
      () => isAlive(pid),
      (alive) => !alive,
      2000,
    )
    await until(
      'its cgroup',
      () => existsSync(groupDir),
      (there) => !there,
      2000,
    )
    expect(app.noise).toEqual([])
  } finally {
    if (!closed) await app.close()
  }
})

/** Goes through the second door; answers when the service is in focus with its numbers. */
async function startDemo({ page }: BallonetApp): Promise<{ pid: number; groupDir: string }> {
  await new DoorsPage(page).startDemo()
  const focus = new FocusPage(page)
  const shown = focus.article.getByText(/^pid \d+$/)
  await expect(shown).toBeVisible({ timeout: 60_000 })
  const pid = Number((await shown.innerText()).replace('pid ', ''))
  await focus.waitForProcess(pid)
  await focus.waitForHeap()
  return { pid, groupDir: memoryGroupDir(pid) }
}

function memoryGroupDir(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  const v1 = lines.find((line) => line.split(':')[1]?.split(',').includes('memory'))
  const path = (v1 ?? lines.find((line) => line.startsWith('0::')))?.split(':').slice(2).join(':') ?? ''
  return v1 === undefined ? `/sys/fs/cgroup${path}` : `/sys/fs/cgroup/memory${path}`
}
