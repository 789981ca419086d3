import type { IconName } from './icons'

/** A line of a menu. */
export type MenuEntry =
  | { kind: 'separator' }
  | { kind: 'label'; label: string }
  | {
      kind?: 'item'
      label: string
      icon?: IconName
      /** Set: the line is a choice, with a mark when true. */
      checked?: boolean
      shortcut?: string
      disabled?: boolean
      /** A choice of several: the menu stays open. */
      keepOpen?: boolean
      run: () => void
    }
