import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlertMessage } from '#core/alerts/alert-message'
import { mostAlertRules, type AlertRule } from '#core/alerts/alert-rule'
import type { AlertOverview } from '#core/alerts/alert-settings'
import { host } from '#core/verdict/verdict.fixture'
import { createAlertKeeper, type AlertKeeper } from './alert-keeper'
import { alertRuleSchema, webhookChangeSchema } from './alert-schemas'

const rule: AlertRule = {
  id: 'r1',
  name: 'Memory',
  scope: { targetSpec: null, processPattern: null },
  condition: { kind: 'metric', metric: 'hostUsed', threshold: 50, clearBelow: 40 },
  forMs: 0,
  isEnabled: true,
}
const url = 'https://hooks.example.com/hook/s3cr3t'
const webhook = { url, preset: 'feishu', secret: 'k3y', locale: 'en' } as const

describe('alert keeper', () => {
  let dir = ''
  const keepers: AlertKeeper[] = []
  const told: { message: AlertMessage; hasNotification: boolean }[] = []
  const overviews: AlertOverview[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ballonet-alerts-'))
    told.length = 0
    overviews.length = 0
  })
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.dispose()
    await rm(dir, { recursive: true })
  })

  const path = (): string => join(dir, 'alerts.json')

  function open(): AlertKeeper {
    const keeper = createAlertKeeper({
      path: path(),
      labelOf: (id) => id,
      onAlert: (message, hasNotification) => told.push({ message, hasNotification }),
      onChange: (overview) => overviews.push(overview),
    })
    keepers.push(keeper)
    return keeper
  }

  it('writes into no file that others can read, whatever an interrupted write left', async () => {
    await writeFile(`${path()}.new`, 'left behind', { mode: 0o644 })
    const keeper = open()
    await keeper.setWebhook(webhook)
    await keeper.dispose()
    expect((await stat(path())).mode & 0o777).toBe(0o600)
  })

  it.runIf(process.getuid?.() === 0)('is as it was where the disk is full, and says so', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', dir])
    try {
      const keeper = open()
      await keeper.saveRule(rule)
      await writeFile(join(dir, 'filler'), Buffer.alloc(64 * 1024)).catch(() => undefined)
      const full = { code: 'too-large', hint: 'error.disk-full' }
      await expect(keeper.setWebhook(webhook)).rejects.toMatchObject(full)
      expect(await keeper.overview()).toMatchObject({ rules: [{ id: rule.id }], webhook: null })
      await rm(join(dir, 'filler'))
      expect(await keeper.setWebhook(webhook)).toMatchObject({ webhook: { hasSecret: true } })
      await keeper.dispose()
    } finally {
      execFileSync('umount', ['-l', dir])
    }
  })

  it('sets a file that was cut off aside, with all that is left of it', async () => {
    const cut = JSON.stringify({ rules: [rule], webhook }).slice(0, -30)
    await writeFile(path(), cut, { mode: 0o600 })
    const keeper = open()
    await keeper.saveRule(rule)
    await keeper.dispose()
    expect(await readFile(`${path()}.unreadable`, 'utf8')).toBe(cut)
    expect((await stat(`${path()}.unreadable`)).mode & 0o777).toBe(0o600)
    expect(await readFile(path(), 'utf8')).toContain(rule.name)
  })

  it('sets what can not be read aside, rather than write over it', async () => {
    // Root reads any file, but no folder.
    await mkdir(path())
    await writeFile(join(path(), 'rules'), 'of somebody')
    const keeper = open()
    await keeper.saveRule(rule)
    await keeper.dispose()
    expect(await readFile(join(`${path()}.unreadable`, 'rules'), 'utf8')).toBe('of somebody')
    expect(await readFile(path(), 'utf8')).toContain(rule.name)
  })

  it('keeps rules and webhook over a restart, in a file of its user alone, and shows no secret', async () => {
    const keeper = open()
    expect(await keeper.overview()).toEqual({ rules: [], webhook: null, hasNotification: true, raised: [] })
    await keeper.saveRule(rule)
    await keeper.saveRule({ ...rule, name: 'Renamed' })
    await keeper.setNotification(false)
    const shown = await keeper.setWebhook(webhook)
    expect(shown.webhook).toEqual({
      origin: 'https://hooks.example.com',
      preset: 'feishu',
      hasSecret: true,
      locale: 'en',
      lastError: null,
    })
    expect(JSON.stringify([shown, overviews])).not.toMatch(/s3cr3t|k3y/)
    await keeper.dispose()
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect(await open().overview()).toEqual({ ...shown, rules: [{ ...rule, name: 'Renamed' }] })
  })

  it('keeps address and secret that are not named, but gives the secret to no other address', async () => {
    const keeper = open()
    await keeper.setWebhook(webhook)
    const kept = await keeper.setWebhook({ preset: 'feishu', locale: 'zh-CN' })
    expect(kept.webhook).toMatchObject({ origin: 'https://hooks.example.com', hasSecret: true })
    const moved = await keeper.setWebhook({ url: `${url}2`, preset: 'feishu', locale: 'en' })
    expect(moved.webhook).toMatchObject({ hasSecret: false })
    await expect(keeper.setWebhook({ url: 'ftp://x', preset: 'json', locale: 'en' })).rejects.toMatchObject({
      hint: 'alert.webhook.urlScheme',
    })
    expect((await keeper.setWebhook(null)).webhook).toBeNull()
    await expect(keeper.setWebhook({ preset: 'json', locale: 'en' })).rejects.toMatchObject({
      code: 'invalid',
    })
    await expect(keeper.testWebhook()).rejects.toMatchObject({ code: 'invalid' })
  })

  it('tells an alert to its webhook, the window and the desktop', async () => {
    let taken = (): void => undefined
    const bodies: string[] = []
    const first = new Promise<void>((resolve) => (taken = resolve))
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()))
      request.on('end', () => {
        response.writeHead(400).end()
        taken()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const keeper = open()
      await keeper.saveRule(rule)
      const { port } = server.address() as AddressInfo
      await keeper.setWebhook({ url: `http://127.0.0.1:${port}/h`, preset: 'slack', locale: 'zh-CN' })
      keeper.engine.addHost('local', { ...host, memFreeBytes: 0 })
      expect(told).toMatchObject([{ message: { kind: 'raised' }, hasNotification: true }])
      expect(overviews.at(-1)?.raised).toHaveLength(1)
      await first
      expect(bodies[0]).toContain('已用')
      await expect.poll(() => overviews.at(-1)?.webhook?.lastError?.hint).toBe('alert.webhook.status')
      await keeper.removeRule('r1')
      expect(told[1]?.message).toMatchObject({ kind: 'cleared', end: 'rule-changed' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('knows of a test, too, whether the webhook takes messages', async () => {
    let status = 400
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => void response.writeHead(status).end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const keeper = open()
      const { port } = server.address() as AddressInfo
      await keeper.setWebhook({ url: `http://127.0.0.1:${port}/h`, preset: 'json', locale: 'en' })
      await expect(keeper.testWebhook()).rejects.toMatchObject({ hint: 'alert.webhook.status' })
      expect(overviews.at(-1)?.webhook?.lastError?.hint).toBe('alert.webhook.status')
      status = 200
      await keeper.testWebhook()
      expect(overviews.at(-1)?.webhook?.lastError).toBeNull()
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it.each(['', 'null', '[]', '{"rules":7,"webhook":{"url":"ftp://x"},"hasNotification":"yes"}'])(
    'starts with nothing from a damaged file %j',
    async (text) => {
      await writeFile(path(), text)
      expect(await open().overview()).toEqual({ rules: [], webhook: null, hasNotification: true, raised: [] })
    },
  )

  it('keeps the good rules of a file, each once, and no more than it takes', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ ...rule, id: `m${index}` }))
    await writeFile(path(), JSON.stringify({ rules: [rule, rule, { ...rule, id: '../x' }, 7, ...many] }))
    const keeper = open()
    const { rules } = await keeper.overview()
    expect(rules.slice(0, 2).map(({ id }) => id)).toEqual(['r1', 'm0'])
    for (let index = rules.length; index < mostAlertRules; index++)
      await keeper.saveRule({ ...rule, id: `n${index}` })
    await expect(keeper.saveRule({ ...rule, id: 'one-more' })).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('what a window may set', () => {
  const metric = (change: object) => ({ ...rule, condition: { ...rule.condition, ...change } })

  it.each([
    ['a percent over 100', metric({ threshold: 101 })],
    ['clearing above the threshold', metric({ clearBelow: 60 })],
    ['what is never cleared', metric({ threshold: 0, clearBelow: 0 })],
    ['no number', metric({ threshold: Number.NaN })],
    ['another metric', metric({ metric: 'constructor' })],
    ['a field more', { ...rule, command: 'rm' }],
    ['a name of two lines', { ...rule, name: 'a\nb' }],
    ['a name that is too long', { ...rule, name: 'x'.repeat(101) }],
    ['a pattern that is too long', { ...rule, scope: { ...rule.scope, processPattern: '*'.repeat(101) } }],
    ['more than a day', { ...rule, forMs: 86_400_001 }],
    ['another finding', { ...rule, condition: { kind: 'verdict', finding: 'x', level: 'likely' } }],
    ['ruled out', { ...rule, condition: { kind: 'verdict', finding: 'swapped', level: 'ruled-out' } }],
  ])('is not %s', (_name, raw) => {
    expect(alertRuleSchema.safeParse(raw).success).toBe(false)
  })

  it('is a rule as it is', () => {
    expect(alertRuleSchema.parse(rule)).toEqual(rule)
    const gig = metric({ metric: 'rss', threshold: 2 ** 30, clearBelow: 2 ** 29 })
    expect(alertRuleSchema.safeParse(gig).success).toBe(true)
  })

  it('is a webhook as it is, of one line', () => {
    expect(webhookChangeSchema.parse(webhook)).toEqual(webhook)
    expect(webhookChangeSchema.safeParse({ ...webhook, secret: 'a\nb' }).success).toBe(false)
    expect(webhookChangeSchema.safeParse({ ...webhook, preset: 'mail' }).success).toBe(false)
  })
})
