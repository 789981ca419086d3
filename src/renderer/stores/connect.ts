import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import { useTargetsStore } from './targets'

export type ConnectKind = 'ssh' | 'exec'

/** What a person asked for, in the dialog; every other attempt shows in the list of targets only. */
export type ConnectAttempt =
  | { kind: 'none' }
  | { kind: 'connecting'; spec: string }
  | { kind: 'failed'; spec: string; error: ErrorValue }

/** The dialog that connects: what is typed in it, and the attempt that it shows. */
export const useConnectStore = defineStore('connect', () => {
  const targets = useTargetsStore()
  const isOpen = ref(false)
  const kind = ref<ConnectKind>('ssh')
  const texts = ref<Record<ConnectKind, string>>({ ssh: '', exec: '' })
  const attempt = shallowRef<ConnectAttempt>({ kind: 'none' })
  let attemptCount = 0
  /** The failed target was not there before this attempt: leaving it takes it away again. */
  let isNew = false

  /** `local`, `ssh:HOST`, `exec:COMMAND`; null while nothing is typed. */
  const spec = computed(() => {
    const text = texts.value[kind.value].trim()
    if (text === '') return null
    // What people have at hand is often the whole command, or the spec as on the command line.
    return kind.value === 'ssh' ? `ssh:${text.replace(/^ssh(:|\s+)(?=\S+$)/, '')}` : `exec:${text}`
  })

  /** With the spec of a target: to change it and try again. */
  function show(known: string | null = null): void {
    leaveFailure()
    const parts = known === null ? null : /^(ssh|exec):(.*)$/.exec(known)
    if (parts !== null) {
      kind.value = parts[1] as ConnectKind
      texts.value = { ...texts.value, [kind.value]: parts[2] ?? '' }
    }
    isOpen.value = true
  }

  function leaveFailure(): void {
    const left = attempt.value
    attempt.value = { kind: 'none' }
    if (left.kind === 'failed' && isNew && targets.targets.get(left.spec)?.host === null)
      void targets.close(left.spec)
  }

  async function connect(): Promise<void> {
    const asked = spec.value
    if (asked === null || attempt.value.kind === 'connecting') return
    const mine = ++attemptCount
    const isRepeated = attempt.value.kind === 'failed' && attempt.value.spec === asked
    if (!isRepeated) isNew = !targets.targets.has(asked)
    attempt.value = { kind: 'connecting', spec: asked }
    try {
      await targets.connect(asked)
      if (mine !== attemptCount) return
      attempt.value = { kind: 'none' }
      isOpen.value = false
      texts.value = { ...texts.value, [kind.value]: '' }
    } catch (thrown) {
      if (mine !== attemptCount) return
      const error = toErrorValue(thrown)
      // A question that was given up is an answer, not a failure to be told.
      attempt.value = error.code === 'cancelled' ? { kind: 'none' } : { kind: 'failed', spec: asked, error }
    }
  }

  /** Ends the attempt at once, however long it takes to be over. */
  function cancel(): void {
    const cancelled = attempt.value
    if (cancelled.kind !== 'connecting') return
    attemptCount++
    attempt.value = { kind: 'none' }
    void targets.close(cancelled.spec)
  }

  function hide(): void {
    cancel()
    leaveFailure()
    isOpen.value = false
  }

  return { isOpen, kind, texts, attempt, spec, show, connect, cancel, edit: leaveFailure, hide }
})
