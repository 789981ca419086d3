import type { CallNode, CallTree } from './call-tree'

/** What is to be laid out: a stretch of the whole, which is 1 wide. */
export interface FlameWindow {
  from: number
  to: number
  /** Boxes narrower than this are left out, with all below them. */
  minWidth: number
}

/**
 * The boxes of a flame graph that can be seen: row r has the boxes `rowStarts[r]` up to `rowStarts[r + 1]`, from left to
 * right. Row 0 is the whole.
 */
export interface FlameLayout extends FlameWindow {
  rowStarts: Uint32Array
  /** By box: index into the tree's names, -1 for the whole. */
  nameIds: Int32Array
  x: Float64Array
  width: Float64Array
  /** In the unit of the tree; for a comparison the difference, and what was in the base. */
  flat: BigInt64Array
  cum: BigInt64Array
  baseCum: BigInt64Array
}

/** Costs as much as there are boxes to be seen, however large the profile: siblings are sorted, the widest first. */
export function toFlameLayout(tree: CallTree, window: FlameWindow): FlameLayout {
  const rowStarts = [0]
  const boxes: CallNode[] = []
  let row = [tree.root]
  while (row.length > 0) {
    for (const node of row) boxes.push(node)
    rowStarts.push(boxes.length)
    row = row.flatMap((node) => findVisible(tree.childrenOf(node), window))
  }
  return {
    ...window,
    rowStarts: Uint32Array.from(rowStarts),
    nameIds: Int32Array.from(boxes, ({ nameId }) => nameId),
    x: Float64Array.from(boxes, ({ x }) => x),
    width: Float64Array.from(boxes, ({ width }) => width),
    flat: BigInt64Array.from(boxes, ({ flat }) => flat),
    cum: BigInt64Array.from(boxes, ({ cum }) => cum),
    baseCum: BigInt64Array.from(boxes, ({ baseCum }) => baseCum),
  }
}

/** Those of some siblings that are wide enough and lie in the window. */
function findVisible(siblings: readonly CallNode[], { from, to, minWidth }: FlameWindow): CallNode[] {
  const start = findFirst(0, siblings.length, (at) => siblings[at]!.x + siblings[at]!.width > from)
  let end = start
  while (end < siblings.length) {
    const { x, width } = siblings[end]!
    if (width < minWidth || width === 0 || x >= to) break
    end++
  }
  return siblings.slice(start, end)
}

/** The first place from which on it is true; `high`: nowhere. */
function findFirst(low: number, high: number, isTrue: (at: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isTrue(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The first box of a row that reaches past a place of the whole; the end of the row: none. */
export function findBoxFrom({ rowStarts, x, width }: FlameLayout, row: number, place: number): number {
  return findFirst(rowStarts[row]!, rowStarts[row + 1]!, (at) => x[at]! + width[at]! > place)
}

/** The box of a row at a place of the whole; -1: none. */
export function findBox(layout: FlameLayout, row: number, place: number): number {
  if (row < 0 || row + 1 >= layout.rowStarts.length) return -1
  const box = findBoxFrom(layout, row, place)
  return box < layout.rowStarts[row + 1]! && layout.x[box]! <= place ? box : -1
}
