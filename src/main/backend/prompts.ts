import { randomUUID } from 'node:crypto'
import { AppError } from '#core/errors'
import type { BackendEvents, ConnectPrompt } from '#core/ipc/contract'
import type { ConnectPrompter } from '../targets/ssh/connect-prompter'

const maxPending = 64
const maxTextLength = 2000
const maxFieldLength = 300

/** Questions that wait for a person in any window. An answer goes straight to whoever asked, and is kept nowhere. */
export interface Prompts {
  /** What a target asks through. */
  prompterOf(targetId: string): ConnectPrompter
  /** Throws AppError `invalid` for a question that is not asked (any more). */
  answer(promptId: string, answer: string | null): void
  /** For a window that came later. */
  readonly pending: readonly ConnectPrompt[]
  /** Gives up the questions of one target, or all of them. */
  giveUp(targetId?: string): void
}

interface PendingPrompt {
  prompt: ConnectPrompt
  settle: (answer: string | null) => void
}

export type EmitToAll = <K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]) => void

export function createPrompts(emit: EmitToAll): Prompts {
  const pending = new Map<string, PendingPrompt>()

  function ask(prompt: ConnectPrompt, signal: AbortSignal): Promise<string | null> {
    if (signal.aborted || pending.size >= maxPending) return Promise.resolve(null)
    return new Promise((resolve) => {
      const settle = (answer: string | null): void => {
        if (!pending.delete(prompt.id)) return
        signal.removeEventListener('abort', giveUp)
        emit('promptClosed', { promptId: prompt.id })
        resolve(answer)
      }
      const giveUp = (): void => settle(null)
      signal.addEventListener('abort', giveUp)
      pending.set(prompt.id, { prompt, settle })
      emit('prompt', prompt)
    })
  }

  return {
    prompterOf: (targetId) => ({
      ask: (asked, signal) => ask(toPrompt(targetId, asked), signal),
    }),
    answer(promptId, answer) {
      const found = pending.get(promptId)
      if (found === undefined) throw new AppError('invalid', 'this question is not asked any more')
      found.settle(answer)
    },
    get pending() {
      return [...pending.values()].map(({ prompt }) => prompt)
    },
    giveUp(targetId) {
      for (const { prompt, settle } of [...pending.values()])
        if (targetId === undefined || prompt.targetId === targetId) settle(null)
    },
  }
}

/** Its text comes from ssh and from the host behind it. */
function toPrompt(targetId: string, asked: Omit<ConnectPrompt, 'id' | 'targetId'>): ConnectPrompt {
  const { kind, text, hostKey } = asked
  return {
    id: randomUUID(),
    targetId,
    kind,
    text: text.slice(0, maxTextLength),
    hostKey: hostKey && {
      host: hostKey.host.slice(0, maxFieldLength),
      keyType: hostKey.keyType.slice(0, maxFieldLength),
      fingerprint: hostKey.fingerprint.slice(0, maxFieldLength),
    },
  }
}
