import { onScopeDispose } from 'vue'
import { useCommandsStore, type Command } from '../stores/commands'

/** Registers commands for as long as the component lives. */
export function useCommands(commands: readonly Command[]): void {
  onScopeDispose(useCommandsStore().register(commands))
}
