import type { ObjectDirective } from 'vue'

/**
 * `v-live-text="text"`: for text that changes every second. Vue's own interpolation puts a new text node in the place of the
 * old one, for which the browser computes styles and builds boxes anew; here the node stays and only its text changes.
 */
export const vLiveText: ObjectDirective<HTMLElement, string> = {
  created: (element, { value }) => element.replaceChildren(value),
  beforeUpdate(element, { value, oldValue }) {
    if (value !== oldValue) (element.firstChild as Text).data = value
  },
}
