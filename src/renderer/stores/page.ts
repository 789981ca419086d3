import { defineStore } from 'pinia'
import { ref } from 'vue'

/** `targets`: the doors, or the active target. The others lie over it until they are left. */
export type Page = 'targets' | 'history' | 'compare'

export const usePageStore = defineStore('page', () => {
  const page = ref<Page>('targets')
  function show(next: Page): void {
    page.value = next
  }
  return { page, show }
})
