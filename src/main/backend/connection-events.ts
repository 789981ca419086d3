import type { EmitEvent } from '../sampling/session-events'
import type { Target } from '../targets/target'

/** Tells each change of a target's connection, and as events what a person would want to find later. */
export function watchConnection(target: Target, to: { onChange(): void; onEvent: EmitEvent }): void {
  let { phase } = target.connection
  let lostAtMs = 0

  function emit(
    name: 'connected' | 'lost' | 'failed' | 'back' | 'rebooted',
    params: Record<string, number> = {},
  ): void {
    const atMs = Date.now()
    const text = `event.target.${name}`
    to.onEvent({ atMs, key: null, kind: 'target', text, params: { label: target.label, ...params } })
  }

  target.onChange(() => {
    const before = phase
    phase = target.connection.phase
    if (before === 'connected' && phase !== 'connected') lostAtMs = Date.now()
    if (phase !== before) {
      if (phase === 'connected') emit('back', { gapMs: Date.now() - lostAtMs })
      // From failed to lost is an attempt that a person asked for.
      else if (phase === 'failed' || before === 'connected') emit(phase)
    }
    to.onChange()
  })
  target.onReboot(() => emit('rebooted'))
  if (phase === 'connected') emit('connected')
}
