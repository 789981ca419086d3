import { useCommands } from '../composables/use-commands'
import { rangeIds } from './time-window'
import type { ChartWindow } from './use-chart-window'

/** What a stack of charts can do, in the command palette. */
export function useChartCommands(
  view: ChartWindow,
  actions: { toggleSplit: () => void; saveImage: () => Promise<void> },
): void {
  useCommands([
    {
      id: 'chart.pause',
      titleKey: 'chart.command.pause',
      isEnabled: () => view.state.value.fixed === null,
      run: view.pause,
    },
    {
      id: 'chart.live',
      titleKey: 'chart.command.live',
      isEnabled: () => view.state.value.fixed !== null,
      run: view.live,
    },
    { id: 'chart.split', titleKey: 'chart.command.split', run: actions.toggleSplit },
    { id: 'chart.zoom-in', titleKey: 'chart.command.zoomIn', run: () => view.zoomAtCrosshair(0.5) },
    { id: 'chart.zoom-out', titleKey: 'chart.command.zoomOut', run: () => view.zoomAtCrosshair(2) },
    { id: 'chart.save-image', titleKey: 'chart.command.saveImage', run: actions.saveImage },
    ...rangeIds.map((range) => ({
      id: `chart.range-${range}`,
      titleKey: `chart.command.range.${range}`,
      run: () => view.setRange(range),
    })),
  ])
}
