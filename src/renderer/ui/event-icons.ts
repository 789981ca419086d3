import type { SessionEvent } from '#core/ipc/contract'
import type { IconName } from './icons'

export const eventIcons: Record<SessionEvent['kind'], IconName> = {
  'verdict-changed': 'info',
  alert: 'warning',
  'process-gone': 'stop',
  gc: 'refresh',
  'balloon-started': 'balloon',
  'balloon-ended': 'balloon',
  endpoint: 'plug',
  target: 'machine',
  'long-read': 'clock',
  profile: 'save',
}
