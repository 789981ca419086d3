import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { ConnectPrompt } from '#core/ipc/contract'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import PromptLayer from './PromptLayer.vue'
import { toKeyFile } from './key-file'

vi.setConfig({ testTimeout: 15_000 })
let wrapper: VueWrapper | undefined
afterEach(() => {
  wrapper?.unmount()
  document.body.innerHTML = ''
})

async function show(...prompts: Partial<ConnectPrompt>[]) {
  const connection = createFakeConnection()
  wrapper = mount(PromptLayer, { attachTo: document.body, global: connection.global })
  prompts.forEach((prompt, index) =>
    connection.emit('prompt', {
      id: `p${index}`,
      targetId: 'ssh:web-01',
      text: '',
      hostKey: null,
      ...prompt,
    }),
  )
  // The dialog lies in a file of its own.
  await expect.poll(() => document.querySelector('[role="dialog"]'), { timeout: 10_000 }).not.toBeNull()
  await flushPromises()
  return connection
}

const dialog = (): HTMLElement => document.querySelector<HTMLElement>('[role="dialog"]')!
const field = (): HTMLInputElement => dialog().querySelector('input')!
const button = (text: string): HTMLElement =>
  [...dialog().querySelectorAll('button')].find((each) => each.textContent.trim() === text)!

const hostKey = { host: 'web-01', keyType: 'ED25519', fingerprint: 'SHA256:abc' }

describe('a question about a host key', () => {
  it('shows what is to be compared, and its Enter does not trust', async () => {
    const connection = await show({ kind: 'host-key', hostKey })
    expect(dialog().textContent).toContain('SHA256:abc')
    expect(dialog().textContent).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
    expect(document.activeElement?.textContent).toContain('Cancel')
    dialog()
      .querySelector('form')!
      .dispatchEvent(new Event('submit', { cancelable: true }))
    expect(connection.callsOf('prompt.answer')).toEqual([])
    button('Trust and connect').click()
    expect(connection.callsOf('prompt.answer')).toEqual([{ promptId: 'p0', answer: 'yes' }])
  })

  it('is given up by Escape', async () => {
    const connection = await show({ kind: 'host-key', hostKey })
    dialog().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await flushPromises()
    expect(connection.callsOf('prompt.answer')).toEqual([{ promptId: 'p0', answer: null }])
  })
})

describe('a question for a secret', () => {
  it('is not echoed, not completed, and not there for the next question', async () => {
    const connection = await show({ kind: 'secret', text: 'password:' }, { kind: 'secret', text: 'code:' })
    expect(field().type).toBe('password')
    expect(field().autocomplete).toBe('off')
    expect(field().getAttribute('spellcheck')).toBe('false')
    expect(dialog().textContent).toContain('web-01')
    expect(dialog().textContent).toContain('Questions after this one: 1.')
    field().value = 'hunter2'
    field().dispatchEvent(new Event('input'))
    dialog()
      .querySelector('form')!
      .dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
    expect(connection.callsOf('prompt.answer')).toEqual([{ promptId: 'p0', answer: 'hunter2' }])
    expect(dialog().textContent).toContain('code:')
    expect(field().value).toBe('')
  })

  it('shows the words of the host as text, with nothing hidden in them', async () => {
    await show({ kind: 'text', text: '<img src=x onerror=alert(1)>\u202Eevil\u001b[31m\nsecond line' })
    expect(dialog().querySelector('img')).toBeNull()
    expect(dialog().querySelector('pre')!.textContent).toBe(
      '<img src=x onerror=alert(1)>\\u202eevil\\x1b[31m\nsecond line',
    )
  })
})

describe('toKeyFile', () => {
  it('knows the usual keys only', () => {
    expect(toKeyFile('ECDSA')).toBe('/etc/ssh/ssh_host_ecdsa_key.pub')
    expect(toKeyFile('ssh-rsa')).toBe('/etc/ssh/ssh_host_rsa_key.pub')
    expect(toKeyFile('x; rm -rf /')).toBeNull()
  })
})
