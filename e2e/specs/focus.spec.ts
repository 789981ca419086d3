import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { expect, test } from '../ballonet-app'
import { startTestService } from '../../test/support/go-service'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { ShellPage } from '../pages/shell-page'
import { TablePage } from '../pages/table-page'

let service: Awaited<ReturnType<typeof startTestService>>

test.beforeAll(async () => {
  service = await startTestService(['-alloc-mib', '240', '-keep-mib', '40'], {
    environment: { GODEBUG: 'madvdontneed=0' },
  })
})
test.afterAll(() => service.end())
test.beforeEach(async ({ ballonet: { page } }) => {
  await new DoorsPage(page).openThisMachine()
  await new TablePage(page).focus(service.key.pid)
  await new FocusPage(page).waitForHeap()
})

test('the endpoint is found by itself, typed in, and found again after a wrong one', async ({
  ballonet: { page },
}) => {
  const focus = new FocusPage(page)
  await expect(focus.endpoint).toContainText(service.url)
  await focus.typeEndpoint(`${service.url}/debug/pprof/heap?debug=1`)
  await expect(focus.endpoint).toContainText('heap?debug=1')
  await expect(focus.endpoint).toContainText('every')

  const wrong = createServer((_request, response) => response.end('<html>hello</html>'))
  await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve))
  const wrongUrl = `http://127.0.0.1:${(wrong.address() as AddressInfo).port}`
  try {
    await focus.typeEndpoint(wrongUrl)
    await expect(focus.verdict).toContainText('Heap in use is not known')
    await expect(focus.endpoint).toContainText(wrongUrl)
  } finally {
    wrong.closeAllConnections()
    wrong.close()
  }
  // Nothing listens there any more: still a state, still polled.
  await expect(focus.endpoint.getByRole('button', { name: 'Type a URL…' })).toBeVisible()
  await focus.endpoint.getByRole('button', { name: 'Type a URL…' }).click()
  await focus.endpoint.getByRole('button', { name: 'Search again' }).click()
  await expect(focus.endpoint).toContainText(service.url)
  await expect(focus.verdict).not.toContainText('Heap in use is not known')
  await expect(focus.verdict).toContainText(/Heap in use\s*[\d.]+\s/)
})

test('ranges, pause, panels and the crosshair by keyboard', async ({ ballonet: { page } }) => {
  const focus = new FocusPage(page)
  for (const label of ['1 m', '15 m', '1 h', 'All', '5 m'] as const) {
    await focus.range(label).click()
    await expect(focus.range(label)).toHaveAttribute('aria-pressed', 'true')
  }
  await focus.button(/^Pause the chart/).click()
  // A young history is shown in a window of a minute.
  await expect(focus.moment).toHaveText(/^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d · 1\smin$/)
  await focus.button('Live').click()
  await expect(focus.moment).toHaveText('')

  await focus.button('One panel for each series').click()
  await expect(focus.charts.locator('.lane.rssBytes canvas')).toBeVisible()
  await expect(focus.charts.getByRole('img', { name: /^LazyFree: LazyFree [\d.]+\s[MG]iB/ })).toBeVisible()
  await focus.button('One panel for each series').click()
  await expect(focus.charts.getByRole('img', { name: /^Memory of the process: RSS/ })).toBeVisible()

  await focus.lanes.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(focus.moment).toHaveText(/\d\d:\d\d:\d\d$/)
  const at = await focus.moment.innerText()
  // A big step: a second on the clock is more than a hundredth of a minute.
  await page.keyboard.press('Shift+ArrowRight')
  await expect(focus.moment).not.toHaveText(at)
  await page.keyboard.press('Space')
  await expect(focus.button('Live')).toBeVisible()
  await page.keyboard.press('Space')
  await expect(focus.button(/^Pause the chart/)).toBeVisible()
})

test('the crosshair reads the numbers of its moment in every chart', async ({ ballonet: { page } }) => {
  const focus = new FocusPage(page)
  await focus.range('1 m').click()
  const box = (await focus.lanes.boundingBox())!
  // The first seconds of a young history are at the left.
  await expect(async () => {
    await page.mouse.move(box.x + 70, box.y + 100)
    await page.mouse.move(box.x + 74, box.y + 100)
    await expect(focus.legend('RSS')).toContainText(/\d\s[MG]iB/, { timeout: 500 })
  }).toPass()
  await expect(focus.moment).toHaveText(/^\d\d:\d\d:\d\d$/)
  await expect(focus.legend('MemAvailable')).toContainText(/\d\s[MG]iB/)
  await page.mouse.move(box.x + box.width - 30, box.y + 100)
  // The time to come: nothing is known, and nothing is made up.
  await expect(focus.legend('RSS')).toContainText('—')
  await page.mouse.move(2, 2)
})

test('a chart is saved as PNG where the person says', async ({ ballonet: { page, electron } }) => {
  const focus = new FocusPage(page)
  const dir = await mkdtemp(join(tmpdir(), 'ballonet-png-'))
  const filePath = join(dir, 'chart.png')
  try {
    await electron.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
    }, filePath)
    await focus.button('Save as image').click()
    await expect
      .poll(() =>
        readFile(filePath).then(
          ({ length }) => length,
          () => 0,
        ),
      )
      .toBeGreaterThan(8000)
    const { width, height, colours } = decodePng(await readFile(filePath))
    expect(width).toBeGreaterThan(400)
    expect(height).toBeGreaterThan(300)
    expect(colours).toBeGreaterThan(20)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('Facts and Events say what is known of the process', async ({ ballonet: { page } }) => {
  const focus = new FocusPage(page)
  const panel = focus.article.getByRole('tabpanel')
  await expect(panel).toContainText(`Go numbers come from ${service.url}`)
  await focus.article.getByRole('tab', { name: 'Facts' }).click()
  await expect(panel).toContainText('madvdontneed=0')
  await expect(panel).toContainText(String(service.key.startTimeTicks))
  await expect(panel).toContainText('ballonet')
  await new ShellPage(page).runCommand('Leave the focused process')
  await expect(page.getByText('No process in focus')).toBeVisible()
})

/** Size of an 8-bit PNG and how many different pixels it has. Throws when it is none. */
function decodePng(png: Buffer): { width: number; height: number; colours: number } {
  if (png.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG')
  const data: Buffer[] = []
  let at = 8
  while (at < png.length) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3]
  const raw = inflateSync(Buffer.concat(data))
  if (raw.length !== height * (width * channels + 1)) throw new Error('a PNG of another kind')
  const pixels = new Set<string>()
  for (let i = 1; i + channels <= raw.length; i += channels)
    pixels.add(raw.toString('latin1', i, i + channels))
  return { width, height, colours: pixels.size }
}
