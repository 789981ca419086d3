import { shallowRef, type ShallowRef } from 'vue'
import { plotInset } from './time-chart'
import type { ChartWindow } from './use-chart-window'

/** A stretch being drawn, in CSS pixels from the left of the stack. */
export interface Brush {
  left: number
  width: number
}

type Drag = { kind: 'select' | 'pan'; startX: number; lastX: number }

const wheelZoom = 1.0015

/** Pointer and wheel on a stack of charts: crosshair, drag to zoom, shift or middle button to pan, wheel to zoom. */
export function useChartPointer(root: Readonly<ShallowRef<HTMLElement | null>>, view: ChartWindow) {
  const brush = shallowRef<Brush | null>(null)
  let drag: Drag | null = null

  function plot(): { left: number; width: number } {
    const box = root.value?.getBoundingClientRect()
    if (box === undefined) return { left: 0, width: 1 }
    return {
      left: box.left + plotInset.left,
      width: Math.max(1, box.width - plotInset.left - plotInset.right),
    }
  }

  function toMs(clientX: number): number {
    const { left, width } = plot()
    const { fromMs, toMs: endMs } = view.span()
    return fromMs + Math.min(1, Math.max(0, (clientX - left) / width)) * (endMs - fromMs)
  }

  function isInside(clientX: number): boolean {
    const { left, width } = plot()
    return clientX >= left && clientX <= left + width
  }

  function showBrush(clientX: number): void {
    if (drag === null) return
    const { left, width } = plot()
    const from = Math.max(left, Math.min(drag.startX, clientX))
    const to = Math.min(left + width, Math.max(drag.startX, clientX))
    brush.value = { left: from - left + plotInset.left, width: Math.max(0, to - from) }
  }

  function down(event: PointerEvent): void {
    const isButton = (event.target as Element).closest('button') !== null
    if (isButton || event.button > 1 || !isInside(event.clientX)) return
    const kind = event.shiftKey || event.button === 1 ? 'pan' : 'select'
    drag = { kind, startX: event.clientX, lastX: event.clientX }
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
  }

  function move(event: PointerEvent): void {
    view.crosshairMs.value = isInside(event.clientX) || drag !== null ? toMs(event.clientX) : null
    if (drag === null) return
    if (drag.kind === 'select') showBrush(event.clientX)
    else {
      const { fromMs, toMs: endMs } = view.span()
      view.pan(((drag.lastX - event.clientX) / plot().width) * (endMs - fromMs))
    }
    drag.lastX = event.clientX
  }

  function up(event: PointerEvent): void {
    if (drag?.kind === 'select' && Math.abs(event.clientX - drag.startX) > 4) {
      view.select(toMs(drag.startX), toMs(event.clientX))
    }
    cancel()
  }

  function cancel(): void {
    drag = null
    brush.value = null
  }

  /** Up and down zooms around the pointer, sideways pans. */
  function wheel(event: WheelEvent): void {
    if (!isInside(event.clientX)) return
    const { fromMs, toMs: endMs } = view.span()
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault()
      view.pan((event.deltaX / plot().width) * (endMs - fromMs))
      return
    }
    event.preventDefault()
    view.zoom(toMs(event.clientX), wheelZoom ** event.deltaY)
  }

  return { brush, down, move, up, cancel, wheel, leave: () => void (view.crosshairMs.value = null) }
}
