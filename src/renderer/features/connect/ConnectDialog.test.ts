import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import { useConnectStore } from '../../stores/connect'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import ConnectDialog from './ConnectDialog.vue'

let wrapper: VueWrapper
beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  wrapper.unmount()
  document.body.innerHTML = ''
  vi.useRealTimers()
})

const dialog = (): HTMLElement => document.querySelector<HTMLElement>('[role="dialog"]')!
const field = (): HTMLInputElement => dialog().querySelector('input')!
const button = (text: string): HTMLButtonElement =>
  [...dialog().querySelectorAll('button')].find((each) => each.textContent.includes(text))!

async function show(answers: Parameters<typeof createFakeConnection>[0] = {}) {
  const connection = createFakeConnection({
    'ssh.hosts': () => ['web-01', 'web-02'].map((name) => ({ name, source: 'config' })),
    'ssh.explain': ({ host }: { host: string }) => ({
      hostname: `${host}.net`,
      user: 'deploy',
      port: 2222,
      proxyJump: 'bastion',
    }),
    ...answers,
  })
  useConnectStore().show()
  wrapper = mount(ConnectDialog, { attachTo: document.body, global: connection.global })
  await flushPromises()
  return connection
}

async function type(text: string): Promise<void> {
  field().value = text
  field().dispatchEvent(new Event('input'))
  await flushPromises()
}

async function press(key: string, at: HTMLElement = field()): Promise<void> {
  at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  await flushPromises()
}

describe('the dialog that connects', () => {
  it('asks what a name means once the typing pauses, and takes the newest answer only', async () => {
    const connection = await show()
    for (const text of ['w', 'we', 'web']) await type(text)
    await vi.advanceTimersByTimeAsync(300)
    expect(connection.callsOf('ssh.explain')).toEqual([{ host: 'web' }])
    expect(dialog().textContent).toContain('deploy@web.net:2222')
    expect(dialog().textContent).toContain('bastion')
  })

  it('connects to what is typed; a suggestion is taken only when it was chosen', async () => {
    const connection = await show({ 'targets.open': () => new Promise(() => undefined) })
    await type('web')
    await press('Enter')
    expect(connection.callsOf('targets.open')).toEqual([{ spec: 'ssh:web' }])
    await press('Escape', dialog())
    expect(connection.callsOf('targets.close')).toEqual([{ targetId: 'ssh:web' }])
    await press('ArrowDown')
    await press('ArrowDown')
    await press('Enter')
    expect(connection.callsOf('targets.open').at(-1)).toEqual({ spec: 'ssh:web-02' })
  })

  it('tells the steps and can be cancelled, with what was typed still there', async () => {
    const connection = await show({ 'targets.open': () => new Promise(() => undefined) })
    await type('web')
    await press('Enter')
    connection.emit('target', {
      id: 'ssh:web',
      spec: 'ssh:web',
      label: 'web',
      state: 'connecting',
      step: 'authenticating',
      host: null,
    })
    await flushPromises()
    expect(dialog().querySelector('[aria-current="step"]')!.textContent).toContain('Logging in')
    button('Cancel').click()
    await flushPromises()
    expect(field().value).toBe('web')
  })

  it('shows a failure in words that can do no harm, and tries again', async () => {
    const connection = await show({
      'targets.open': () => {
        throw new AppError('auth-failed', '<b>Permission denied</b>\u202e (publickey).')
      },
    })
    await type('web')
    await press('Enter')
    expect(dialog().textContent).toContain('The login was refused.')
    expect(dialog().querySelector('pre')!.textContent).toBe('<b>Permission denied</b>\\u202e (publickey).')
    button('Try again').click()
    await flushPromises()
    expect(connection.callsOf('targets.open')).toHaveLength(2)
  })

  it('takes a command, from an example', async () => {
    const connection = await show({ 'targets.open': () => new Promise(() => undefined) })
    useConnectStore().kind = 'exec'
    await flushPromises()
    button('sudo -n sh').click()
    await flushPromises()
    await press('Enter')
    expect(connection.callsOf('targets.open')).toEqual([{ spec: 'exec:sudo -n sh' }])
    expect(dialog().textContent).toContain('Starting the command')
    expect(dialog().textContent).not.toContain('Logging in')
  })
})
