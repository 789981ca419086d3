import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { toKeyText } from '#core/process-key'
import { useBackend } from '../connection/use-connection'
import { usePageStore } from './page'
import type { FocusedProcess } from './selection'
import { useTargetsStore } from './targets'

/** One process of any target, live or recorded. */
export interface CompareChoice extends FocusedProcess {
  id: string
  comm: string
}

const toId = ({ targetId, key }: FocusedProcess): string => `${targetId}\n${toKeyText(key)}`

/** The two sides of the comparison, and what could be one. */
export const useCompareStore = defineStore('compare', () => {
  const page = usePageStore()
  const targets = useTargetsStore()
  const a = shallowRef<FocusedProcess | null>(null)
  const b = shallowRef<FocusedProcess | null>(null)
  /** Processes that were looked at, by id. */
  const seen = shallowReactive(new Map<string, CompareChoice>())

  const choices = computed<CompareChoice[]>(() => {
    const all = new Map(seen)
    for (const { id: targetId, replay } of targets.targets.values())
      for (const { key, comm } of replay?.processes ?? []) {
        const id = toId({ targetId, key })
        all.set(id, { id, targetId, key, comm })
      }
    return [...all.values()].filter(({ targetId }) => targets.targets.has(targetId))
  })

  function note(side: FocusedProcess, comm: string): void {
    seen.set(toId(side), { ...side, id: toId(side), comm })
  }

  /** Fills the side that is free, else B; and shows the comparison. */
  function propose(side: FocusedProcess): void {
    // The same one twice: two moments of it.
    if (a.value === null) a.value = side
    else b.value = side
    page.show('compare')
  }

  function choose(side: 'a' | 'b', id: string): void {
    const choice = choices.value.find((each) => each.id === id) ?? null
    const next = choice === null ? null : { targetId: choice.targetId, key: choice.key }
    if (side === 'a') a.value = next
    else b.value = next
  }

  function swap(): void {
    ;[a.value, b.value] = [b.value, a.value]
  }

  function forget(targetId: string): void {
    if (a.value?.targetId === targetId) a.value = null
    if (b.value?.targetId === targetId) b.value = null
    for (const [id, each] of seen) if (each.targetId === targetId) seen.delete(id)
  }
  const backend = useBackend()
  backend.on('targetClosed', ({ targetId }) => forget(targetId))
  // Recorded stretches end with the backend that held them; the targets store, which was told first, has the others.
  backend.onConnected((isReconnect) => {
    if (!isReconnect) return
    for (const side of [a.value, b.value])
      if (side !== null && !targets.targets.has(side.targetId)) forget(side.targetId)
  })

  const idOf = (side: FocusedProcess | null): string => (side === null ? '' : toId(side))
  return { a, b, choices, note, propose, choose, swap, idOf }
})
