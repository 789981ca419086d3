import { useAppClient } from '../connection/use-connection'
import { useConnectStore } from '../stores/connect'
import { useProfilesStore } from '../stores/profiles'
import { usePromptsStore } from '../stores/prompts'
import { useCommandsStore } from '../stores/commands'
import { useSnapshotsStore } from '../stores/snapshots'
import { useSelectionStore } from '../stores/selection'
import { useTargetsStore } from '../stores/targets'
import { onScopeDispose } from 'vue'
import { useCommands } from './use-commands'
import { useTargetCommands } from './use-target-commands'

/** Commands of the window itself, and those of the application menu, which are the same by their ids. */
export function useAppCommands(): void {
  const targets = useTargetsStore()
  const selection = useSelectionStore()
  const commands = useCommandsStore()
  const connect = useConnectStore()
  const prompts = usePromptsStore()
  const profiles = useProfilesStore()
  const snapshots = useSnapshotsStore()

  useCommands([
    {
      id: 'palette.open',
      titleKey: 'command.palette',
      shortcut: 'Mod+K',
      otherShortcuts: ['Mod+Shift+P'],
      run: () => void (commands.isPaletteOpen = true),
    },
    { id: 'target.local', titleKey: 'command.openLocal', run: () => void targets.open('local') },
    {
      id: 'target.connect',
      titleKey: 'command.connect',
      shortcut: 'Mod+O',
      run: () => connect.show(),
      // A question that waits for an answer comes first.
      isEnabled: () => prompts.current === null,
    },
    {
      id: 'snapshot.export',
      titleKey: 'snapshot.command.export',
      run: () => {
        const { focused } = selection
        if (focused !== null)
          snapshots.askExport({ targetId: focused.targetId, keys: [focused.key], range: null })
      },
      isEnabled: () => selection.focused !== null,
    },
    { id: 'snapshot.open', titleKey: 'snapshot.command.open', run: () => void snapshots.chooseFile() },
    { id: 'profile.open', titleKey: 'command.openProfile', run: () => void profiles.openPage() },
    {
      id: 'target.retry',
      titleKey: 'command.retryTarget',
      run: () => void (targets.activeId !== null && targets.retry(targets.activeId)),
      isEnabled: () => targets.active?.state === 'lost' || targets.active?.state === 'failed',
    },
    {
      id: 'target.elevate',
      titleKey: 'command.elevateTarget',
      run: () => void (targets.activeId !== null && targets.elevate(targets.activeId)),
      isEnabled: () => targets.active?.state === 'connected' && targets.active.capabilities.elevate,
    },
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
  useTargetCommands()
  onScopeDispose(useAppClient().on('command', (id) => void commands.run(id)))
}
