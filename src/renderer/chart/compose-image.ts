import type { ChartTheme } from './chart-theme'

/** A chart of the stack as it is on the screen, with its legend. */
export interface ImageLane {
  canvas: HTMLCanvasElement | null
  entries: readonly {
    title: string
    value: string
    isHidden: boolean
    line: { colourToken: string; line: string }
  }[]
}

export interface ImageText {
  title: string
  subtitle: string
}

const margin = 16
const titleHeight = 50
const legendHeight = 22

/** The charts under each other on the panel's ground, with title, legends and the stretch of time, as PNG bytes. */
export async function composeImage(
  lanes: readonly ImageLane[],
  text: ImageText,
  theme: ChartTheme,
): Promise<Uint8Array> {
  const drawn = lanes.filter(
    (lane): lane is ImageLane & { canvas: HTMLCanvasElement } => lane.canvas !== null,
  )
  const ratio = window.devicePixelRatio || 1
  const sizes = drawn.map(({ canvas }) => ({ width: canvas.width / ratio, height: canvas.height / ratio }))
  const width = Math.max(320, ...sizes.map((size) => size.width)) + margin * 2
  const height = sizes.reduce((sum, size) => sum + size.height + legendHeight, titleHeight + margin * 2)
  const image = document.createElement('canvas')
  image.width = Math.round(width * ratio)
  image.height = Math.round(height * ratio)
  const context = image.getContext('2d')
  if (context === null) throw new Error('no 2d context')
  context.scale(ratio, ratio)
  context.fillStyle = theme.surface
  context.fillRect(0, 0, width, height)
  context.textBaseline = 'middle'
  write(context, text.title, margin, margin + 10, `600 15px ${theme.font}`, theme.text)
  write(context, text.subtitle, margin, margin + 31, `12px ${theme.font}`, theme.textSoft)
  let y = margin + titleHeight
  drawn.forEach((lane, index) => {
    drawLegend(context, lane, y, theme)
    const size = sizes[index] as { width: number; height: number }
    context.drawImage(lane.canvas, margin, y + legendHeight, size.width, size.height)
    y += size.height + legendHeight
  })
  return toPng(image)
}

function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  font: string,
  colour: string,
): number {
  context.font = font
  context.fillStyle = colour
  context.fillText(text, x, y)
  return context.measureText(text).width
}

function drawLegend(context: CanvasRenderingContext2D, lane: ImageLane, y: number, theme: ChartTheme): void {
  const middle = y + legendHeight / 2
  let x = margin + 62
  for (const entry of lane.entries) {
    if (entry.isHidden) continue
    context.strokeStyle = theme.series[entry.line.colourToken] ?? theme.text
    context.lineWidth = 2
    context.setLineDash(entry.line.line === 'dashed' ? [4, 2] : [])
    context.beginPath()
    context.moveTo(x, middle)
    context.lineTo(x + 14, middle)
    context.stroke()
    x += 20
    x += write(context, entry.title, x, middle, `12px ${theme.font}`, theme.textSoft) + 6
    x += write(context, entry.value, x, middle, `600 12px ${theme.font}`, theme.text) + 18
  }
}

async function toPng(image: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => image.toBlob(resolve, 'image/png'))
  if (blob === null) throw new Error('the image could not be made')
  return new Uint8Array(await blob.arrayBuffer())
}
