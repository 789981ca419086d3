import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createFakeConnection } from '../stores/fake-connection.fixture'
import { useCommands } from './use-commands'
import { useShortcuts } from './use-shortcuts'

const ran: string[] = []
const Host = defineComponent({
  setup() {
    useShortcuts()
    useCommands([
      { id: 'tree', titleKey: 'x', shortcut: 'T', run: () => void ran.push('tree') },
      { id: 'palette', titleKey: 'x', shortcut: 'Mod+K', run: () => void ran.push('palette') },
      {
        id: 'deflate',
        titleKey: 'x',
        shortcut: 'Escape',
        isUrgent: true,
        run: () => void ran.push('deflate'),
      },
    ])
    return () => h('div', [h('input'), h('p', { tabindex: 0 }), h('div', { role: 'dialog' }, [h('button')])])
  },
})

let wrapper: VueWrapper | undefined
afterEach(() => {
  wrapper?.unmount()
  ran.length = 0
})

function press(selector: string, key: string, modifiers: KeyboardEventInit = {}): void {
  wrapper!
    .get(selector)
    .element.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers }),
    )
}

describe('useShortcuts', () => {
  it('leaves letters to fields and dialogs, not shortcuts with Ctrl', () => {
    wrapper = mount(Host, { attachTo: document.body, global: createFakeConnection().global })
    press('input', 't')
    press('button', 't')
    expect(ran).toEqual([])
    press('p', 't')
    press('input', 'k', { ctrlKey: true })
    expect(ran).toEqual(['tree', 'palette'])
  })

  it('runs what is urgent from anywhere', () => {
    wrapper = mount(Host, { attachTo: document.body, global: createFakeConnection().global })
    press('input', 'Escape')
    press('button', 'Escape')
    expect(ran).toEqual(['deflate', 'deflate'])
  })

  it('hears nothing after it is gone', () => {
    wrapper = mount(Host, { attachTo: document.body, global: createFakeConnection().global })
    wrapper.unmount()
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 't' }))
    expect(ran).toEqual([])
  })
})
