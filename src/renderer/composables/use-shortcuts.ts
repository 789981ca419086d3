import { onBeforeUnmount, onMounted } from 'vue'
import { useCommandsStore, type Command } from '../stores/commands'
import { isShortcut } from '../ui/key-names'

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** An open dialog or menu has the keyboard for itself. */
function isUnderOverlay(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"],[role="menu"]') !== null
}

function matches(command: Command, event: KeyboardEvent): boolean {
  const shortcuts = [command.shortcut ?? [], command.otherShortcuts ?? []].flat()
  return shortcuts.some((shortcut) => isShortcut(shortcut, event))
}

/** Runs the command whose shortcut is pressed. One pair of listeners for the whole window. */
export function useShortcuts(): void {
  const commands = useCommandsStore()

  function runFirst(event: KeyboardEvent, isWanted: (command: Command) => boolean): void {
    for (const command of commands.all.values()) {
      if (!isWanted(command) || !matches(command, event) || !commands.isEnabled(command)) continue
      event.preventDefault()
      event.stopPropagation()
      commands.run(command.id)
      return
    }
  }

  function pressUrgent(event: KeyboardEvent): void {
    runFirst(event, (command) => command.isUrgent === true)
  }

  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (isPlain && (isField(event.target) || isUnderOverlay(event.target))) return
    runFirst(event, (command) => command.isUrgent !== true)
  }

  onMounted(() => {
    window.addEventListener('keydown', pressUrgent, { capture: true })
    window.addEventListener('keydown', press)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', pressUrgent, { capture: true })
    window.removeEventListener('keydown', press)
  })
}
