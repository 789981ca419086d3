import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { SessionEvent } from '#core/ipc/contract'
import { useBackend } from '../connection/use-connection'

const mostKept = 2_000

/** What happened in this session, oldest first. */
export const useSessionEventsStore = defineStore('session-events', () => {
  const events = shallowRef<readonly SessionEvent[]>([])
  useBackend().on('event', (event) => {
    events.value = [...events.value.slice(1 - mostKept), event]
  })
  return { events }
})
