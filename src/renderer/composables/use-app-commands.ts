import { useAppClient } from '../connection/use-connection'
import { useCommandsStore } from '../stores/commands'
import { useSelectionStore } from '../stores/selection'
import { useTargetsStore } from '../stores/targets'
import { onScopeDispose } from 'vue'
import { useCommands } from './use-commands'

/** Commands of the window itself, and those of the application menu, which are the same by their ids. */
export function useAppCommands(): void {
  const targets = useTargetsStore()
  const selection = useSelectionStore()
  const commands = useCommandsStore()

  useCommands([
    { id: 'target.local', titleKey: 'command.openLocal', run: () => void targets.open('local') },
    {
      id: 'shell.doors',
      titleKey: 'command.doors',
      run: () => targets.show(null),
      isEnabled: () => targets.activeId !== null,
    },
    {
      id: 'selection.clear',
      titleKey: 'command.clearFocus',
      run: () => selection.clear(),
      isEnabled: () => selection.focused !== null,
    },
  ])
  onScopeDispose(useAppClient().on('command', (id) => void commands.run(id)))
}
