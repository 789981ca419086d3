import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ConnectPrompt } from '#core/ipc/contract'
import { useBackend } from '../connection/use-connection'

/**
 * Questions of targets that connect, in the order in which they were asked. Only the questions: an answer goes through
 * here to the backend and is kept nowhere.
 */
export const usePromptsStore = defineStore('prompts', () => {
  const backend = useBackend()
  const waiting = shallowRef<readonly ConnectPrompt[]>([])
  const current = computed(() => waiting.value[0] ?? null)

  function remove(isMeant: (prompt: ConnectPrompt) => boolean): void {
    if (waiting.value.some(isMeant)) waiting.value = waiting.value.filter((prompt) => !isMeant(prompt))
  }

  /** null: given up. */
  function answer(promptId: string, text: string | null): void {
    remove(({ id }) => id === promptId)
    // It may have stopped to be asked meanwhile: the target tells what became of it.
    backend.call('prompt.answer', { promptId, answer: text }).catch(() => undefined)
  }

  backend.on('prompt', (prompt) => {
    remove(({ id }) => id === prompt.id)
    waiting.value = [...waiting.value, prompt]
  })
  backend.on('promptClosed', ({ promptId }) => remove(({ id }) => id === promptId))
  backend.on('targetClosed', ({ targetId }) => remove((prompt) => prompt.targetId === targetId))
  backend.onConnected((isReconnect) => {
    if (isReconnect) waiting.value = []
  })

  return { waiting, current, answer }
})
