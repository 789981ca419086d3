import type { ChartTheme } from './chart-theme'
import type { ImageLane } from './compose-image'
import type { ChartMarks } from './marks-plugin'
import type { TimeSpan } from './time-window'

/** What a ChartLane offers to the stack that it is in. */
export interface LaneHandle {
  readonly id: string
  /** true: marks of the process (garbage collections) belong on it. */
  readonly isOfProcess: boolean
  draw(span: TimeSpan, marks: ChartMarks): void
  /** Dots on the lines at the crosshair; null takes them away. */
  point(x: number | null): void
  recolour(theme: ChartTheme): void
  image(): ImageLane
}
