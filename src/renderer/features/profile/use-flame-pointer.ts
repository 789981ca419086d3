import { shallowRef, type ShallowRef } from 'vue'
import { panSpan, zoomSpan, type FlameSpan } from './flame-view'

export interface FlamePointerOptions {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>
  scroller: Readonly<ShallowRef<HTMLElement | null>>
  view: Readonly<ShallowRef<FlameSpan>>
  /** The box under the pointer; -1: none. */
  hovered: ShallowRef<number>
  setView: (view: FlameSpan) => void
  boxAt: (event: MouseEvent) => number
  choose: (box: number) => void
}

/** Farther than that a press is no click. */
const dragFromPx = 4

/** A click chooses, dragging moves, the wheel with Ctrl zooms around the pointer, sideways it moves. */
export function useFlamePointer(options: FlamePointerOptions) {
  const { canvas, scroller, view, hovered, setView, boxAt, choose } = options
  /** Where it is in the graph, px. */
  const pointer = shallowRef({ left: 0, top: 0, isRight: false })
  const drag = { x: 0, y: 0, isOn: false, hasMoved: false }

  function widthPx(): number {
    return Math.max(1, canvas.value?.clientWidth ?? 1)
  }

  function press(event: PointerEvent): void {
    if (event.button !== 0) return
    Object.assign(drag, { x: event.clientX, y: event.clientY, isOn: true, hasMoved: false })
    canvas.value?.setPointerCapture(event.pointerId)
  }

  function move(event: PointerEvent): void {
    const outer = scroller.value
    if (outer === null) return
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y]
    if (drag.isOn && (drag.hasMoved || Math.hypot(dx, dy) > dragFromPx)) {
      Object.assign(drag, { x: event.clientX, y: event.clientY, hasMoved: true })
      outer.scrollTop -= dy
      setView(panSpan(view.value, -dx / widthPx()))
      return
    }
    hovered.value = boxAt(event)
    const { left, top, width } = outer.getBoundingClientRect()
    const at = event.clientX - left
    pointer.value = { left: at, top: event.clientY - top, isRight: at > width / 2 }
  }

  function release(event: PointerEvent): void {
    if (drag.isOn && !drag.hasMoved) choose(boxAt(event))
    drag.isOn = false
  }

  function cancel(): void {
    drag.isOn = false
  }

  function wheel(event: WheelEvent): void {
    const box = canvas.value?.getBoundingClientRect()
    if (box === undefined) return
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    const isSideways = event.shiftKey || Math.abs(sideways) > Math.abs(event.deltaY)
    if (event.ctrlKey || event.metaKey) {
      setView(zoomSpan(view.value, Math.exp(event.deltaY / 300), (event.clientX - box.left) / widthPx()))
    } else if (isSideways) setView(panSpan(view.value, sideways / widthPx()))
    else return
    event.preventDefault()
  }

  return { press, move, release, cancel, wheel, pointer }
}
