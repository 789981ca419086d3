import type { Page } from '@playwright/test'

/** What the test keeps in the page. */
interface PortWindow extends Window {
  testPort: MessagePort
  testReplies: Map<number, (result: unknown) => void>
  testLastId: number
  ballonet: { connectBackend(): void }
}

/** Gets a port to the backend in the page, beside the page's own, as code that has taken the page over would. */
export async function openPort(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const here = window as unknown as PortWindow
    here.testReplies = new Map()
    here.testLastId = 0
    // The page listens, too, and comes first: it must see no port, or it would take or close this one.
    const ports = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'ports')!
    Object.defineProperty(MessageEvent.prototype, 'ports', { ...ports, get: () => [] })
    here.testPort = await new Promise((resolve) => {
      const take = (event: MessageEvent<{ kind?: string } | null>): void => {
        const [port] = ports.get!.call(event) as MessagePort[]
        if (event.data?.kind !== 'ballonet-backend-port' || port === undefined) return
        window.removeEventListener('message', take)
        resolve(port)
      }
      window.addEventListener('message', take)
      here.ballonet.connectBackend()
    })
    Object.defineProperty(MessageEvent.prototype, 'ports', ports)
    here.testPort.addEventListener(
      'message',
      ({ data }: MessageEvent<{ kind: string; id: number; result: unknown }>) => {
        if (data.kind === 'reply') here.testReplies.get(data.id)?.(data.result)
      },
    )
    // Whoever still waits is told that nothing comes any more.
    here.testPort.addEventListener('close', () => {
      for (const resolve of here.testReplies.values()) resolve('the port was closed')
    })
    here.testPort.start()
  })
}

/** Requests all at once; resolves with their raw Results, in order. */
export function sendAllThroughPort(
  page: Page,
  requests: readonly (readonly [string, unknown])[],
): Promise<unknown[]> {
  return page.evaluate((all) => {
    const here = window as unknown as PortWindow
    return Promise.all(
      all.map(([method, params]) => {
        const id = ++here.testLastId
        return new Promise<unknown>((resolve) => {
          here.testReplies.set(id, resolve)
          here.testPort.postMessage({ kind: 'request', id, method, params })
        })
      }),
    )
  }, requests)
}

/** One request; resolves with its raw Result. */
export async function sendThroughPort(page: Page, method: string, params: unknown): Promise<unknown> {
  return (await sendAllThroughPort(page, [[method, params]]))[0]
}
