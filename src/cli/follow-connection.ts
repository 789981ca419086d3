import { AppError, type ErrorValue } from '#core/errors'
import { formatText } from '#core/text/catalogue'
import { formatParams } from '#core/text/format-params'
import type { Target } from '#main/targets/target'
import { toTerminalText, type Output } from './output'

/**
 * Says on standard error when a target's link is lost, and when it is there again. `onFailed`: it is not tried again by
 * itself. Gives back how to stop.
 */
export function followConnection(
  target: Target,
  output: Output,
  onFailed: (error: AppError) => void,
): () => void {
  const label = toTerminalText(target.label)
  let before = target.connection.phase
  let lostAtMs = 0

  function say(key: 'lost' | 'back' | 'rebooted', params: Record<string, number> = {}, why = ''): void {
    output.error(`${formatText('en', `event.target.${key}`, formatParams({ label, ...params }))}${why}`)
  }

  const stopChange = target.onChange(() => {
    const { connection } = target
    const { phase } = connection
    if (phase === before) return
    if (before === 'connected') lostAtMs = Date.now()
    if (phase === 'connected') say('back', { gapMs: Date.now() - lostAtMs })
    else if (phase === 'failed') onFailed(toAppError(connection.error))
    else if (before === 'connected') say('lost', {}, `: ${toTerminalText(connection.error.message)}`)
    before = phase
  })
  const stopReboot = target.onReboot(() => say('rebooted'))
  return () => {
    stopChange()
    stopReboot()
  }
}

function toAppError({ code, message, hint, params }: ErrorValue): AppError {
  return new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(params === undefined ? {} : { params }),
  })
}
