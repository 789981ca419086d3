import { toVisibleText } from './visible-text'

/** A target's name as it is shown, by its spec where it has no other; `local` is what this machine is called. */
export function toTargetName(spec: string, local: string, label = spec): string {
  return spec === 'local' ? local : toVisibleText(label)
}
