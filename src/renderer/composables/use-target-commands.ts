import { onScopeDispose, watch } from 'vue'
import { useCommandsStore } from '../stores/commands'
import { useTargetsStore } from '../stores/targets'
import { toVisibleText } from '../ui/visible-text'

/** `Go to HOST` for each open target but this machine, which has a command of its own. */
export function useTargetCommands(): void {
  const targets = useTargetsStore()
  const commands = useCommandsStore()
  let leave: () => void = () => undefined

  watch(
    () => [...targets.targets.values()].map(({ id, label }) => `${id}\n${label}`).join('\0'),
    () => {
      leave()
      leave = commands.register(
        [...targets.targets.values()]
          .filter(({ spec }) => spec !== 'local')
          .map(({ id, label }) => ({
            id: `target.show ${id}`,
            titleKey: 'command.showTarget',
            titleParams: { target: toVisibleText(label) },
            run: () => targets.show(id),
          })),
      )
    },
    { immediate: true },
  )
  onScopeDispose(() => leave())
}
