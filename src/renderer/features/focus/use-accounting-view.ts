import { shallowRef } from 'vue'
import { useCommands } from '../../composables/use-commands'

/** Kept while the window is open, whichever process is looked at. */
const isOpen = shallowRef(true)
/** The stack over time costs a drawing a second: only when it was asked for. */
const hasChart = shallowRef(false)

/** What is shown of where RSS goes, and the commands that change it. Works in setup. */
export function useAccountingView() {
  useCommands([
    {
      id: 'accounting.fold',
      titleKey: 'accounting.command.fold',
      run: () => void (isOpen.value = !isOpen.value),
    },
    {
      id: 'accounting.chart',
      titleKey: 'accounting.command.chart',
      isEnabled: () => isOpen.value,
      run: () => void (hasChart.value = !hasChart.value),
    },
  ])
  return { isOpen, hasChart }
}
