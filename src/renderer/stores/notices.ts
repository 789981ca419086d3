import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'

export interface Notice {
  id: number
  /** A key of the catalogues: what was being done. */
  titleKey: string
  titleParams?: Record<string, string | number>
  error: ErrorValue | null
}

const mostShown = 4

/** Short messages over the window, for what has no better place. They stay until they are closed. */
export const useNoticesStore = defineStore('notices', () => {
  const shown = shallowRef<readonly Notice[]>([])
  let lastId = 0

  function add(notice: Omit<Notice, 'id'>): void {
    shown.value = [...shown.value, { ...notice, id: ++lastId }].slice(-mostShown)
  }

  function addError(titleKey: string, error: unknown): void {
    add({ titleKey, error: toErrorValue(error) })
  }

  function close(id: number): void {
    shown.value = shown.value.filter((notice) => notice.id !== id)
  }

  return { shown, add, addError, close }
})
