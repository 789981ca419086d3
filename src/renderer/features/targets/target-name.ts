import type { TargetInfo } from '#core/ipc/contract'
import { toVisibleText } from '../../ui/visible-text'

/** A target's name as it is shown; `local` is what this machine is called. */
export function toTargetName(info: TargetInfo, local: string): string {
  return info.spec === 'local' ? local : toVisibleText(info.label)
}
