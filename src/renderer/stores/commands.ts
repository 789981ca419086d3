import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'

/** One action of the person: in the palette, behind a shortcut, in the application menu. */
export interface Command {
  /** `area.action`, the same id as in the application menu. */
  id: string
  /** A key of the catalogues. */
  titleKey: string
  titleParams?: Record<string, string | number>
  /**
   * `Mod+K`, `Escape`, `/`. Mod is Cmd on a Mac and Ctrl elsewhere. Without a modifier it is ignored while a field has
   * the focus.
   */
  shortcut?: string
  /** More shortcuts that do the same and are not shown. */
  otherShortcuts?: string[]
  run: () => void | Promise<void>
  /** Reactive; a command that is not enabled is not offered. */
  isEnabled?: () => boolean
  /** true: its shortcut works everywhere, also in fields and over dialogs, before anything else (Escape of a balloon). */
  isUrgent?: boolean
  /** true: works by its shortcut, but is not worth a line in the palette. */
  isHidden?: boolean
}

export const useCommandsStore = defineStore('commands', () => {
  const all = shallowReactive(new Map<string, Command>())
  /** The list of all that can be done, with its search. */
  const isPaletteOpen = ref(false)

  function isEnabled(command: Command): boolean {
    return command.isEnabled === undefined || command.isEnabled()
  }

  /** Returns what takes them away again; a later registration of the same id wins. */
  function register(commands: readonly Command[]): () => void {
    for (const command of commands) all.set(command.id, command)
    return () => {
      for (const command of commands) if (all.get(command.id) === command) all.delete(command.id)
    }
  }

  /** false: there is no such command now. */
  function run(id: string): boolean {
    const command = all.get(id)
    if (command === undefined || !isEnabled(command)) return false
    void command.run()
    return true
  }

  const offered = computed(() =>
    [...all.values()].filter((command) => command.isHidden !== true && isEnabled(command)),
  )

  return { all, offered, isPaletteOpen, register, run, isEnabled }
})
