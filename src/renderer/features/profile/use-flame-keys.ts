import type { ShallowRef } from 'vue'
import { findBox, type FlameLayout } from '#core/pprof/flame-layout'
import { panSpan, wholeSpan, zoomSpan, type FlameSpan } from './flame-view'

export interface FlameKeysOptions {
  layout: Readonly<ShallowRef<FlameLayout | null>>
  view: Readonly<ShallowRef<FlameSpan>>
  cursor: Readonly<ShallowRef<number>>
  setView: (view: FlameSpan) => void
  zoomTo: (box: number) => void
  choose: (box: number) => void
  scrollTo: (row: number) => void
}

const middle = 0.5

/** Arrows walk from box to box; Enter zooms to it, Escape or 0 back; + and − zoom, A and D move. */
export function useFlameKeys(options: FlameKeysOptions): (event: KeyboardEvent) => void {
  const { layout, view, cursor, setView, zoomTo, choose, scrollTo } = options

  function rowOf(at: FlameLayout, box: number): number {
    return at.rowStarts.findIndex((start) => start > box) - 1
  }

  function walk(rows: number, steps: number): void {
    const at = layout.value
    if (at === null) return
    const box = cursor.value
    if (box < 0) {
      choose(0)
      return scrollTo(0)
    }
    const row = rowOf(at, box)
    const next = rows === 0 ? box + steps : neighbourRow(at, box, row + rows)
    if (next < 0 || rowOf(at, next) !== row + rows) return
    choose(next)
    scrollTo(row + rows)
  }

  /** Up: what it lies under. Down: the first under it. */
  function neighbourRow(at: FlameLayout, box: number, row: number): number {
    const left = at.x[box]!
    return findBox(at, row, left + (row < rowOf(at, box) ? at.width[box]! * middle : 0))
  }

  const keys: Record<string, () => void> = {
    ArrowUp: () => walk(-1, 0),
    ArrowDown: () => walk(1, 0),
    ArrowLeft: () => walk(0, -1),
    ArrowRight: () => walk(0, 1),
    Home: () => {
      choose(0)
      scrollTo(0)
    },
    Enter: () => zoomTo(cursor.value),
    Escape: () => setView(wholeSpan),
    '0': () => setView(wholeSpan),
    '+': () => setView(zoomSpan(view.value, 0.5, middle)),
    '=': () => setView(zoomSpan(view.value, 0.5, middle)),
    '-': () => setView(zoomSpan(view.value, 2, middle)),
    a: () => setView(panSpan(view.value, -0.2)),
    d: () => setView(panSpan(view.value, 0.2)),
  }

  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return
    event.preventDefault()
    event.stopPropagation()
    keys[event.key]!()
  }
}
