import type { ConnectPrompt } from '#core/ipc/contract'

/** Somebody who can answer while a target connects: the window's dialogs. */
export interface ConnectPrompter {
  /** The person's answer: `yes` or `no` for questions of yes and no; null: given up. Rejects or ends with the signal. */
  ask(prompt: Omit<ConnectPrompt, 'id' | 'targetId'>, signal: AbortSignal): Promise<string | null>
}
