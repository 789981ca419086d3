import { findBoxFrom, type FlameLayout } from '#core/pprof/flame-layout'
import { toVisibleText } from '../../ui/visible-text'

export const flameRowPx = 18

/** Colours of the flame graph, read from the tokens. */
export interface FlameTheme {
  fills: readonly string[]
  root: string
  grown: string
  shrunk: string
  same: string
  match: string
  selected: string
  text: string
  faintText: string
  edge: string
  font: string
}

export interface FlameScene {
  layout: FlameLayout
  names: readonly string[]
  isComparison: boolean
  /** What stands on the box of the whole. */
  rootLabel: string
  /** What is seen of the whole, and from which pixel down. */
  view: { from: number; to: number }
  scrollTop: number
  /** The size of the canvas, CSS pixels. */
  width: number
  height: number
  selectedName: string | null
  /** Names that the search finds; null: nothing is searched for. */
  matches: ReadonlySet<number> | null
  cursor: number
}

export function readFlameTheme(element: Element): FlameTheme {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim() || '#777'
  return {
    fills: [1, 2, 3, 4, 5].map((index) => read(`flame-${index}`)),
    root: read('surface-hover'),
    grown: read('flame-grown'),
    shrunk: read('flame-shrunk'),
    same: read('flame-same'),
    match: read('flame-match'),
    selected: read('focus'),
    text: read('flame-text'),
    faintText: read('text-faint'),
    edge: read('surface-panel'),
    font: style.fontFamily,
  }
}

/** A function's package decides its colour: what belongs together looks alike. */
function fillOf(name: string, fills: readonly string[]): string {
  const slash = name.lastIndexOf('/')
  const dot = name.indexOf('.', slash + 1)
  const end = dot === -1 ? name.length : dot
  let sum = 0
  for (let at = 0; at < end; at++) sum = (Math.imul(sum, 31) + name.charCodeAt(at)) >>> 0
  return fills[sum % fills.length]!
}

/** -1: it is gone, 0: as before, 1: it is new. */
export function toChange(cum: bigint, baseCum: bigint): number {
  const size = (value: bigint): number => Math.abs(Number(value))
  const most = Math.max(size(baseCum), size(baseCum + cum))
  return most === 0 ? 0 : Math.max(-1, Math.min(1, Number(cum) / most))
}

/** In steps, so that few colours are made: `color-mix` is parsed anew for each. */
function changeFill(change: number, { grown, shrunk, same }: FlameTheme): string {
  const share = Math.round(Math.abs(change) * 8) * 12.5
  if (share === 0) return same
  return `color-mix(in srgb, ${change > 0 ? grown : shrunk} ${share}%, ${same})`
}

const averageSignPx = 6.1
const labelFromPx = 26

/** `a/b/pkg.(*T).Method` without its path where that is too long, cut to what fits. */
export function fitLabel(name: string, widthPx: number): string {
  const most = Math.floor((widthPx - 8) / averageSignPx)
  if (name.length <= most) return name
  const bare = name.slice(name.lastIndexOf('/') + 1)
  if (bare.length <= most) return bare
  return most < 3 ? '' : `${bare.slice(0, most - 1)}…`
}

/** Draws what is seen and nothing else; the context is scaled to CSS pixels. */
export function drawFlame(context: CanvasRenderingContext2D, scene: FlameScene, theme: FlameTheme): void {
  const { layout, view, width, height, scrollTop } = scene
  context.fillStyle = theme.edge
  context.fillRect(0, 0, width, height)
  context.font = `11px ${theme.font}`
  context.textBaseline = 'middle'
  const scale = width / (view.to - view.from)
  const firstRow = Math.max(0, Math.floor(scrollTop / flameRowPx))
  const lastRow = Math.min(layout.rowStarts.length - 1, Math.ceil((scrollTop + height) / flameRowPx))
  for (let row = firstRow; row < lastRow; row++) {
    const top = row * flameRowPx - scrollTop
    for (let box = findBoxFrom(layout, row, view.from); box < layout.rowStarts[row + 1]!; box++) {
      const left = (layout.x[box]! - view.from) * scale
      if (left >= width) break
      const from = Math.max(0, left)
      drawBox(
        context,
        scene,
        theme,
        box,
        from,
        top,
        Math.min(width, left + layout.width[box]! * scale) - from,
      )
    }
  }
}

function drawBox(
  context: CanvasRenderingContext2D,
  { layout, names, isComparison, rootLabel, selectedName, matches, cursor }: FlameScene,
  theme: FlameTheme,
  box: number,
  left: number,
  top: number,
  widthPx: number,
): void {
  if (widthPx < 0.5) return
  const nameId = layout.nameIds[box]!
  const name = names[nameId]
  const isDim = matches !== null && !matches.has(nameId)
  if (isComparison) context.fillStyle = changeFill(toChange(layout.cum[box]!, layout.baseCum[box]!), theme)
  else if (name === undefined) context.fillStyle = theme.root
  else context.fillStyle = matches !== null && !isDim ? theme.match : fillOf(name, theme.fills)
  context.globalAlpha = isDim ? 0.35 : 1
  const gap = widthPx > 3 ? 1 : 0
  context.fillRect(left, top, widthPx - gap, flameRowPx - 1)
  context.globalAlpha = 1
  if (name !== undefined && name === selectedName) frame(context, theme.selected, 2, left, top, widthPx - gap)
  if (box === cursor) frame(context, theme.text, 1, left, top, widthPx - gap)
  if (widthPx < labelFromPx) return
  context.fillStyle = isDim ? theme.faintText : theme.text
  context.fillText(fitLabel(toVisibleText(name ?? rootLabel), widthPx), left + 4, top + flameRowPx / 2)
}

function frame(
  context: CanvasRenderingContext2D,
  colour: string,
  lineWidth: number,
  left: number,
  top: number,
  widthPx: number,
): void {
  context.strokeStyle = colour
  context.lineWidth = lineWidth
  const inset = lineWidth / 2
  const inner = Math.max(0.5, widthPx - lineWidth)
  context.strokeRect(left + inset, top + inset, inner, flameRowPx - 1 - lineWidth)
}
