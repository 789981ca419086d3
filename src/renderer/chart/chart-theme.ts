import { momentTokens } from './chart-moment'

/** Colours and font of the canvases, read from the tokens of styles/tokens.css. */
export interface ChartTheme {
  series: Record<string, string>
  grid: string
  border: string
  axis: string
  text: string
  textSoft: string
  surface: string
  gc: string
  balloon: string
  /** The moment that is looked at. */
  crosshair: string
  /** By the colour of a ChartMoment's look. */
  moments: Record<string, string | undefined>
  font: string
}

/** `tokens`: names without the dashes of the series to be drawn. */
export function readChartTheme(element: Element, tokens: readonly string[]): ChartTheme {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim() || '#777'
  return {
    series: Object.fromEntries(tokens.map((token) => [token, read(token)])),
    grid: read('chart-grid'),
    border: read('line-strong'),
    axis: read('chart-axis'),
    text: read('text'),
    textSoft: read('text-soft'),
    surface: read('surface-panel'),
    gc: read('series-gc'),
    balloon: read('series-balloon'),
    crosshair: read('chart-crosshair'),
    moments: Object.fromEntries(momentTokens.map((token) => [token, read(token)])),
    font: style.fontFamily,
  }
}
