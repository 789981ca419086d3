import type { SessionEvent } from '#core/ipc/contract'

export type MomentKind = 'mark' | SessionEvent['kind']

/** Something that happened, or a mark by hand: a line across the charts. */
export interface ChartMoment {
  atMs: number
  kind: MomentKind
  text: string
}

/** How a moment is drawn: a colour (a custom property of the theme) and a sign at the upper end of its line. */
export interface MomentLook {
  colourToken: string
  sign: 'flag' | 'diamond' | 'triangle' | 'square' | 'cross'
}

const looks: Partial<Record<MomentKind, MomentLook>> = {
  mark: { colourToken: 'link', sign: 'flag' },
  'verdict-changed': { colourToken: 'info', sign: 'diamond' },
  alert: { colourToken: 'bad', sign: 'triangle' },
  'balloon-started': { colourToken: 'series-balloon', sign: 'square' },
  'balloon-ended': { colourToken: 'series-balloon', sign: 'square' },
  'process-gone': { colourToken: 'text-soft', sign: 'cross' },
}
const usual: MomentLook = { colourToken: 'text-faint', sign: 'square' }

/** All colours that a moment may have. */
export const momentTokens = [
  ...new Set([usual, ...Object.values(looks)].map(({ colourToken }) => colourToken)),
]

export function momentLook(kind: MomentKind): MomentLook {
  return looks[kind] ?? usual
}

/** The sign as a path around 0,0 from its upper end down, in pixels: 8 wide. */
export const signPaths: Record<MomentLook['sign'], string> = {
  flag: 'M0 0H8L5.5 3L8 6H0Z',
  diamond: 'M0 0L4 4L0 8L-4 4Z',
  triangle: 'M0 0L4.5 8H-4.5Z',
  square: 'M-3 0H3V6H-3Z',
  cross: 'M-4 1L-3 0L0 3L3 0L4 1L1 4L4 7L3 8L0 5L-3 8L-4 7L-1 4Z',
}

/** Those near a moment, the nearest first. */
export function momentsNear<T extends ChartMoment>(
  moments: readonly T[],
  atMs: number,
  withinMs: number,
): T[] {
  return moments
    .filter((moment) => Math.abs(moment.atMs - atMs) <= withinMs)
    .sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))
}

/** In order of time, and of those that would lie on each other only the first; marks by hand always stay. */
export function thinMoments<T extends { atMs: number; kind: string }>(
  moments: readonly T[],
  leastMs: number,
): T[] {
  let before = -Infinity
  return [...moments]
    .sort((a, b) => a.atMs - b.atMs)
    .filter(({ atMs, kind }) => {
      if (kind !== 'mark' && atMs - before < leastMs) return false
      before = atMs
      return true
    })
}
