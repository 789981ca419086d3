import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { SshMeaning } from '#core/ipc/contract'
import { useBackend } from '../../connection/use-connection'

export type HostMeaning =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'known'; meaning: SshMeaning }
  | { kind: 'refused'; error: ErrorValue }

const typingPauseMs = 250

/** What ssh's configuration makes of a host's name, asked once the typing pauses; an answer that comes late is dropped. */
export function useHostMeaning(host: () => string): Readonly<ShallowRef<HostMeaning>> {
  const backend = useBackend()
  const meaning = shallowRef<HostMeaning>({ kind: 'none' })
  let timer: ReturnType<typeof setTimeout> | undefined
  let askedCount = 0

  async function ask(name: string, asked: number): Promise<void> {
    let next: HostMeaning
    try {
      next = { kind: 'known', meaning: await backend.call('ssh.explain', { host: name }) }
    } catch (error) {
      next = { kind: 'refused', error: toErrorValue(error) }
    }
    if (asked === askedCount) meaning.value = next
  }

  watch(
    host,
    (name) => {
      clearTimeout(timer)
      const asked = ++askedCount
      meaning.value = { kind: name === '' ? 'none' : 'asking' }
      if (name !== '') timer = setTimeout(() => void ask(name, asked), typingPauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    askedCount++
  })
  return meaning
}
