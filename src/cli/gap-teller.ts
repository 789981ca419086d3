import type { ProcessSample } from '#core/metrics/samples'
import { formatText } from '#core/text/catalogue'
import type { Target } from '#main/targets/target'
import { toTerminalText, type Output } from './output'

/** Says on standard error why numbers are not there: once for each reason, when it comes up. */
export function createGapTeller(
  target: Target,
  /** null: nobody asked for an endpoint. */
  pprofUrl: string | null,
  output: Output,
): (sample: ProcessSample) => void {
  const told = new Set<string>()
  const tell = (text: string): void => {
    if (!told.has(text)) output.error(text)
    told.add(text)
  }
  return ({ absent, endpoint }) => {
    if (absent.smaps_rollup === 'permission-denied')
      tell(
        'LazyFree and PSS are not read: the kernel shows them, USS, huge pages and the Go version to the same user and to root only' +
          (target.capabilities.elevate ? '; --sudo reads as root' : ''),
      )
    if (pprofUrl === null || endpoint.error === null || endpoint.phase === 'ok') return
    const { message, hint, params } = endpoint.error
    tell(
      `heap in use is not known: ${toTerminalText(message)}.${hint === undefined ? '' : ` ${formatText('en', hint, params)}`}`,
    )
  }
}
