import type { IconName } from '../../ui/icons'
import type { Health } from './target-health'

/** The sign and the tone of each state: never the colour alone. */
export const healthFaces: Record<Health, { icon: IconName; tone: 'neutral' | 'info' | 'warn' | 'bad' }> = {
  failed: { icon: 'stop', tone: 'bad' },
  lost: { icon: 'plug', tone: 'bad' },
  critical: { icon: 'warning', tone: 'bad' },
  low: { icon: 'warning', tone: 'warn' },
  connecting: { icon: 'clock', tone: 'info' },
  ok: { icon: 'machine', tone: 'neutral' },
}
