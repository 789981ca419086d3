import { ref } from 'vue'
import { useSettingsStore } from '../stores/settings'

/** The size of a splitter in percent, kept in the settings when it is let go. */
export function usePane(id: string, initial: number) {
  const store = useSettingsStore()
  const size = ref(store.settings.panes[id]?.[0] ?? initial)
  return { size, save: () => store.setPane(id, [size.value]) }
}
