import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent } from 'vue'
import { vLiveText } from './live-text'

const View = defineComponent({
  directives: { liveText: vLiveText },
  props: { text: { type: String, required: true } },
  template: '<b v-live-text="text" />',
})

it('changes the text of the node that is there, also from and to nothing', async () => {
  const wrapper = mount(View, { props: { text: '1 <i>' } })
  const { element } = wrapper as { element: HTMLElement }
  const node = element.firstChild
  for (const text of ['1 <i>', '', '22']) {
    await wrapper.setProps({ text })
    expect(wrapper.text()).toBe(text)
    expect(element.childNodes).toHaveLength(1)
    expect(element.firstChild).toBe(node)
  }
})
