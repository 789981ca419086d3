import { until } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { toErrorValue } from '#core/errors'
import { idleDemo, type DemoState } from '#core/ipc/contract'
import { useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'
import { useSelectionStore } from './selection'
import { useTargetsStore } from './targets'

/** The incident that the app can reproduce by itself on this machine. */
export const useDemoStore = defineStore('demo', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
  const targets = useTargetsStore()
  const selection = useSelectionStore()
  const state = shallowRef<DemoState>(idleDemo)

  const isBusy = computed(() => state.value.phase === 'building' || state.value.phase === 'starting')
  const isOn = computed(() => isBusy.value || state.value.phase === 'running')

  async function start(): Promise<void> {
    if (isOn.value) return
    state.value = { ...idleDemo, phase: 'building' }
    try {
      state.value = await backend.call('demo.start', null)
    } catch (error) {
      state.value = { ...idleDemo, phase: 'failed', error: toErrorValue(error) }
      return
    }
    // The answer comes at once; building and starting go on for seconds.
    await until(isBusy).toBe(false)
    if (state.value.phase !== 'running') return
    const info = await targets.open('local')
    if (info !== null && state.value.key !== null) selection.focus(info.id, state.value.key)
  }

  async function stop(): Promise<void> {
    state.value = idleDemo
    await backend
      .call('demo.stop', null)
      .catch((error: unknown) => notices.addError('notice.demoStop', error))
  }

  backend.on('demo', (next) => (state.value = next))
  backend.onConnected((isReconnect) => {
    // The demo ended with the backend that had started it.
    if (isReconnect) state.value = idleDemo
  })

  return { state, isBusy, isOn, start, stop }
})
