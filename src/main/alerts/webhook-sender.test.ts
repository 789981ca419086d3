import { execFileSync, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { AlertMessage } from '#core/alerts/alert-message'
import { seedAlarm } from '#core/alerts/alert-message.fixture'
import type { Result } from '#core/errors'
import { postJson } from './post-json'
import { createWebhookSender, type WebhookSender, type WebhookSenderOptions } from './webhook-sender'

interface Received {
  path: string
  headers: IncomingMessage['headers']
  body: string
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const secretPath = '/hook/s3cr3t-t0k3n'

describe('webhook sender', () => {
  const closers: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  function closing(server: Server): Promise<number> {
    closers.push(() => new Promise((resolve) => server.close(() => resolve())))
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  }

  /** A real server that gives these answers in turn, the last one for ever. */
  async function serve(...answers: ((response: ServerResponse) => void)[]) {
    const received: Received[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body })
        answers[Math.min(received.length, answers.length) - 1]?.(response)
      })
    })
    const port = await closing(server)
    closers.push(() => server.closeAllConnections())
    return { received, port, url: `http://127.0.0.1:${port}${secretPath}` }
  }

  const status =
    (code: number, text = '', headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response.writeHead(code, headers).end(text)
    }

  function open(change: Partial<WebhookSenderOptions> & { url: string }) {
    const outcomes: { message: AlertMessage; outcome: Result<{ attempts: number }> }[] = []
    let wake = (): void => undefined
    const sender = createWebhookSender({
      preset: 'json',
      secret: null,
      locale: 'en',
      delayMs: () => 1,
      limits: { totalMs: 5000, maxBytes: 1000 },
      onOutcome(message, outcome) {
        outcomes.push({ message, outcome })
        wake()
      },
      ...change,
    })
    closers.push(() => sender.dispose())
    const settled = async (count: number): Promise<void> => {
      while (outcomes.length < count) await new Promise<void>((resolve) => (wake = resolve))
    }
    return { sender, outcomes, settled }
  }

  async function sendOne(change: Partial<WebhookSenderOptions> & { url: string }) {
    const { sender, outcomes, settled } = open(change)
    sender.send(seedAlarm)
    await settled(1)
    return outcomes[0]?.outcome
  }

  it('posts JSON to the path', async () => {
    const { received, url } = await serve(status(204))
    expect(await sendOne({ url })).toEqual({ ok: true, value: { attempts: 1 } })
    expect(received[0]).toMatchObject({
      path: secretPath,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    })
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ id: seedAlarm.id, urgency: 'not-urgent' })
  })

  it('tries again after errors of the server, until it is taken', async () => {
    const { received, url } = await serve(status(500), status(503), status(200))
    expect(await sendOne({ url })).toEqual({ ok: true, value: { attempts: 3 } })
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
  })

  it('gives up after five attempts, and goes on with the next message', async () => {
    const answers = Array.from({ length: 5 }, () => status(500))
    const { received, url } = await serve(...answers, status(200))
    const { sender, outcomes, settled } = open({ url })
    sender.send(seedAlarm)
    sender.send({ ...seedAlarm, id: 'next' })
    expect(sender.pending).toBe(2)
    await settled(2)
    expect(outcomes.map(({ outcome }) => outcome.ok)).toEqual([false, true])
    expect(outcomes[0]?.outcome).toMatchObject({
      error: { code: 'failed', hint: 'alert.webhook.status', params: { status: 500 } },
    })
    expect(received).toHaveLength(6)
  })

  it('waits as long as it is asked to', async () => {
    const { url } = await serve(status(429, '', { 'retry-after': '1' }), status(200))
    const startMs = performance.now()
    expect(await sendOne({ url })).toMatchObject({ ok: true })
    expect(performance.now() - startMs).toBeGreaterThan(900)
  })

  it('takes a date to wait for from the clock that wrote it', async () => {
    const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
    const answer = (retryAfter: string) => status(429, '', { date, 'retry-after': retryAfter })
    const asked: (number | null)[] = []
    for (const header of [
      'Wed, 21 Oct 2015 07:28:30 GMT',
      'Wed, 21 Oct 2015 07:27:00 GMT',
      '-5',
      'soon',
      '7',
    ]) {
      const { url } = await serve(answer(header))
      const limits = { totalMs: 5000, maxBytes: 1000 }
      asked.push((await postJson(new URL(url), '{}', limits, new AbortController().signal)).retryAfterMs)
    }
    expect(asked).toEqual([30_000, null, null, null, 7000])
  })

  it.each([
    ['a refusal', status(403, 'invalid_token'), 'status'],
    ['a redirect, which is not followed', status(302, '', { location: '/elsewhere' }), 'redirect'],
    ['a permanent redirect', status(308, '', { location: 'http://127.0.0.1:1/' }), 'redirect'],
    ['an answer that is too large', status(200, 'x'.repeat(100_000)), 'tooLarge'],
  ])('does not repeat %s', async (_name, answer, hint) => {
    const { received, url } = await serve(answer)
    expect(await sendOne({ url })).toMatchObject({ ok: false, error: { hint: `alert.webhook.${hint}` } })
    expect(received.map(({ path }) => path)).toEqual([secretPath])
  })

  it('ends a server that hangs, before its answer and within it, and tries again', async () => {
    const { received, url } = await serve(
      () => undefined,
      (response) => void response.writeHead(200).write('{'),
      status(200),
    )
    const outcome = await sendOne({ url, limits: { totalMs: 150, maxBytes: 1000 } })
    expect(outcome).toEqual({ ok: true, value: { attempts: 3 } })
    expect(received).toHaveLength(3)
  })

  it('tries again after a connection that breaks and an answer that is no HTTP', async () => {
    let count = 0
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        count++
        if (count === 1) socket.resetAndDestroy()
        else if (count === 2) socket.end('SSH-2.0-OpenSSH_9.2\r\n')
        else if (count === 3) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')
        else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      })
    })
    const port = await closing(server)
    const outcome = await sendOne({ url: `http://127.0.0.1:${port}/` })
    expect(outcome).toEqual({ ok: true, value: { attempts: 4 } })
  })

  it('says that a port is closed, and nothing of the path', async () => {
    const { port } = await freePort()
    const outcome = await sendOne({ url: `http://127.0.0.1:${port}${secretPath}` })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unreachable' } })
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t')
  })

  it('does not take a server without TLS for one with it', async () => {
    const { url } = await serve(status(200))
    expect(await sendOne({ url: url.replace('http:', 'https:') })).toMatchObject({
      ok: false,
      error: { code: 'unreachable' },
    })
  })

  it.runIf(hasOpenssl)('refuses a server whose certificate nobody vouches for', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ballonet-tls-'))
    closers.push(() => rmSync(dir, { recursive: true }))
    const [keyPath, certPath] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    const args = ['req', '-x509', '-nodes', ...curve, ...names, '-keyout', keyPath, '-out', certPath]
    execFileSync('openssl', args, { stdio: 'ignore' })
    let requests = 0
    const server = createTlsServer(
      { key: readFileSync(keyPath), cert: readFileSync(certPath) },
      (_request, response) => {
        requests++
        response.end()
      },
    )
    const port = await closing(server)
    expect(await sendOne({ url: `https://127.0.0.1:${port}${secretPath}` })).toMatchObject({
      ok: false,
      error: { code: 'unreachable', message: 'webhook: DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
    expect(requests).toBe(0)
  })

  it('goes on after a message that can not be written', async () => {
    const { received, url } = await serve(status(200))
    const { sender, outcomes, settled } = open({ url })
    sender.send({ ...seedAlarm, atMs: Number.NaN })
    sender.send(seedAlarm)
    await settled(2)
    expect(outcomes.map(({ outcome }) => outcome.ok)).toEqual([false, true])
    expect(received).toHaveLength(1)
  })

  it('never makes its caller wait, and keeps no more than fifty messages', async () => {
    const { url } = await serve(() => undefined)
    const { sender, outcomes } = open({ url })
    for (let index = 0; index < 80; index++) sender.send({ ...seedAlarm, id: String(index) })
    // One is under way, fifty wait: the oldest of those that wait were dropped.
    expect(sender.pending).toBe(51)
    expect(outcomes.map(({ message }) => message.id)).toEqual(
      Array.from({ length: 29 }, (_, index) => String(index + 1)),
    )
    expect(outcomes[0]?.outcome).toMatchObject({ error: { code: 'busy' } })
    await sender.dispose()
    expect(sender.pending).toBe(0)
    sender.send(seedAlarm)
    expect(sender.pending).toBe(0)
  })

  describe('to Feishu', () => {
    const feishu = { preset: 'feishu', secret: 'k3y' } as const

    it('signs each attempt as its documentation says', async () => {
      const { received, url } = await serve(status(200, '{"code":0,"msg":"success"}'))
      expect(await sendOne({ url, ...feishu })).toMatchObject({ ok: true })
      const body = JSON.parse(received[0]?.body ?? '') as { timestamp: string; sign: string }
      expect(body.timestamp).toMatch(/^\d{10}$/)
      const expected = createHmac('sha256', `${body.timestamp}\nk3y`).update('').digest('base64')
      expect(body.sign).toBe(expected)
    })

    it.each([
      ['{"code":19021,"msg":"sign match fail"}', 19021],
      ['<html>', '?'],
    ])('takes no 200 for an answer by itself: %s', async (text, code) => {
      const { received, url } = await serve(status(200, text))
      expect(await sendOne({ url, ...feishu })).toMatchObject({
        error: { code: 'refused', hint: 'alert.webhook.refused', params: { code } },
      })
      expect(received).toHaveLength(1)
    })

    it('tries again when too much was sent at once, and takes the older form of success', async () => {
      const { url } = await serve(status(200, '{"code":11232}'), status(200, '{"StatusCode":0}'))
      expect(await sendOne({ url, ...feishu })).toEqual({ ok: true, value: { attempts: 2 } })
    })
  })

  it.each([
    ['ok', true],
    ['{"ok":true}', true],
    ['<html>Log in to the network</html>', false],
    ['', false],
  ])('takes %j of Slack for an answer: %s', async (text, isOk) => {
    const { received, url } = await serve(status(200, text))
    expect(await sendOne({ url, preset: 'slack' })).toMatchObject({ ok: isOk })
    expect(received).toHaveLength(1)
  })

  it('tests with one attempt that tells why it failed', async () => {
    const { received, url } = await serve(status(500), status(200))
    const { sender } = open({ url })
    await expect(sender.sendOnce(seedAlarm)).rejects.toMatchObject({ hint: 'alert.webhook.status' })
    await sender.sendOnce(seedAlarm)
    expect(received).toHaveLength(2)
  })

  it.each([
    ['', 'urlInvalid'],
    ['hooks.example.com/x', 'urlInvalid'],
    ['ftp://hooks.example.com/s3cr3t', 'urlScheme'],
    ['javascript:alert(1)', 'urlScheme'],
    ['https://user:s3cr3t@hooks.example.com/', 'urlAuth'],
    [`https://hooks.example.com/${'s3cr3t'.repeat(500)}`, 'urlInvalid'],
  ])('refuses %.40j and does not repeat it', (url, hint) => {
    const create = (): WebhookSender =>
      createWebhookSender({ url, preset: 'json', secret: null, locale: 'en' })
    expect(create).toThrow(expect.objectContaining({ code: 'invalid', hint: `alert.webhook.${hint}` }))
    expect(create).not.toThrow(/s3cr3t/)
  })

  it('shows no more than the origin', () => {
    const { sender } = open({ url: `https://hooks.example.com:8443${secretPath}?key=s3cr3t#f` })
    expect(sender.origin).toBe('https://hooks.example.com:8443')
  })

  /** A port that nobody listens on. */
  async function freePort(): Promise<{ port: number }> {
    const server = createTcpServer()
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
    await new Promise((resolve) => server.close(resolve))
    await new Promise<void>((resolve, reject) => {
      connect(port, '127.0.0.1')
        .on('error', () => resolve())
        .on('connect', () => reject(new Error('the port is taken')))
    })
    return { port }
  }
})
