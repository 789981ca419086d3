const isMac = typeof navigator !== 'undefined' && /^Mac/.test(navigator.platform)

const names: Record<string, string> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Shift: isMac ? '⇧' : 'Shift',
  Alt: isMac ? '⌥' : 'Alt',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↵',
  Space: '␣',
}

/** `Mod+Shift+P` -> the names that are printed on this machine's keys. */
export function toKeyNames(shortcut: string): string[] {
  return shortcut.split('+').map((key) => names[key] ?? key)
}

/** Whether a key press is this shortcut. A printed character counts, not where its key lies. */
export function isShortcut(shortcut: string, event: KeyboardEvent): boolean {
  const parts = shortcut.split('+')
  const key = parts.at(-1) ?? ''
  const needsMod = parts.includes('Mod')
  const hasMod = isMac ? event.metaKey : event.ctrlKey
  const hasOther = isMac ? event.ctrlKey : event.metaKey
  if (needsMod !== hasMod || hasOther || parts.includes('Alt') !== event.altKey) return false
  // A sign such as `?` needs Shift on some keyboards: only letters and named keys ask for it exactly.
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key)
  if (!isSign && parts.includes('Shift') !== event.shiftKey) return false
  return event.key.toLowerCase() === key.toLowerCase()
}
