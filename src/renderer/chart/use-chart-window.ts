import { shallowRef } from 'vue'
import {
  panBy,
  toSelection,
  toVisibleSpan,
  zoomAt,
  type DataSpan,
  type RangeId,
  type TimeSpan,
  type WindowState,
} from './time-window'

/** Which stretch of time a stack of charts shows, and the moment under the crosshair. */
export function useChartWindow(readDataSpan: () => DataSpan, range: RangeId = '5m') {
  const state = shallowRef<WindowState>({ range, fixed: null })
  const crosshairMs = shallowRef<number | null>(null)

  function span(): TimeSpan {
    return toVisibleSpan(state.value, readDataSpan(), Date.now())
  }

  function fix(fixed: TimeSpan | null): void {
    if (fixed !== null) state.value = { ...state.value, fixed }
  }

  return {
    state,
    crosshairMs,
    span,
    setRange: (range: RangeId) => void (state.value = { range, fixed: null }),
    live: () => void (state.value = { ...state.value, fixed: null }),
    pause: () => fix(span()),
    select: (aMs: number, bMs: number) => fix(toSelection(aMs, bMs, span())),
    zoom: (atMs: number, factor: number) => fix(zoomAt(span(), atMs, factor, readDataSpan())),
    /** Around the crosshair, or the middle when there is none. */
    zoomAtCrosshair(factor: number) {
      const { fromMs, toMs } = span()
      fix(zoomAt(span(), crosshairMs.value ?? (fromMs + toMs) / 2, factor, readDataSpan()))
    },
    pan: (byMs: number) => fix(panBy(span(), byMs, readDataSpan())),
    /** Moves the crosshair by a share of the window; from its right end when there was none. */
    stepCrosshair(share: number) {
      const { fromMs, toMs } = span()
      const from = crosshairMs.value ?? Math.min(toMs, readDataSpan()?.toMs ?? toMs)
      crosshairMs.value = Math.min(toMs, Math.max(fromMs, from + share * (toMs - fromMs)))
    },
  }
}

export type ChartWindow = ReturnType<typeof useChartWindow>
