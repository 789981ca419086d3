import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '../ballonet-app'
import { AlertsPage } from '../pages/alerts-page'
import { DoorsPage } from '../pages/doors-page'

let server: Server | null = null
const bodies: Record<string, unknown>[] = []

test.afterEach(async () => {
  const ending = server
  if (ending !== null) await new Promise<void>((resolve) => void ending.close(() => resolve()))
})

test('a rule is made, raised, told to the webhook, and over when it is removed', async ({
  ballonet: { page, expectNoise },
}) => {
  // The notification finds no desktop where there is no session bus.
  expectNoise(/libnotify-WARNING/)
  let status = 500
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      bodies.push(JSON.parse(text) as Record<string, unknown>)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const alerts = new AlertsPage(page)
  await new DoorsPage(page).openThisMachine()
  await alerts.open()

  await test.step('the webhook is tried, and says why it fails', async () => {
    await alerts.setWebhook(`http://127.0.0.1:${port}/hook/s3cr3t`)
    await alerts.sendTest()
    await expect(alerts.dialog).toContainText('It answered 500')
    status = 200
    await alerts.sendTest()
    await expect(alerts.dialog).toContainText('The test was taken')
    expect(await alerts.dialog.innerHTML()).not.toContain('s3cr3t')
  })

  await test.step('every host uses more than 1 %', async () => {
    bodies.length = 0
    await alerts.addHostRule('Memory', '1', '0.5')
    await expect(alerts.dialog).toContainText('Raised now')
    await expect(alerts.dialog).toContainText(/0\.\d+ used: (not )?urgent/)
    await expect.poll(() => bodies[0]).toMatchObject({ kind: 'raised', rule: { name: 'Memory' } })
    await alerts.close()
    await expect(alerts.bell).toHaveAccessibleName('Alerts: 1 raised')
  })

  await test.step('it is over with its rule', async () => {
    await alerts.open()
    await alerts.dialog.locator('li').getByRole('button', { name: 'Remove' }).click()
    await expect(alerts.dialog).not.toContainText('Raised now')
    await expect.poll(() => bodies[1]).toMatchObject({ kind: 'cleared', end: 'rule-changed' })
  })
})
