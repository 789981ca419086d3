import type { SessionEvent } from '#core/ipc/contract'

/** An event as a sampler knows it; the backend adds its number and target. */
export type SamplerEvent = Omit<SessionEvent, 'id' | 'targetId'>

export type EmitEvent = (event: SamplerEvent) => void
