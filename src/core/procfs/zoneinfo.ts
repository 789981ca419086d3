import { toCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'zoneinfo'
const maxLength = 16 * 1024 * 1024

/** One memory zone, in pages. */
export interface MemoryZone {
  node: number
  name: string
  freePages: number
  minPages: number
  lowPages: number
  highPages: number
  /** null before 3.8. */
  managedPages: number | null
  /** lowmem_reserve towards each higher zone. */
  protectionPages: number[]
}

export interface Zoneinfo {
  zones: MemoryZone[]
  /** Σ of the zones: kswapd wakes below it. */
  lowWatermarkPages: number
  minWatermarkPages: number
  highWatermarkPages: number
  /** What the kernel keeps from MemAvailable (calculate_totalreserve_pages in mm/page_alloc.c). */
  totalReservePages: number
}

/** /proc/zoneinfo (proc(5)); `managed` since 3.8. Throws AppError `parse` or `too-large`. */
export function parseZoneinfo(text: string): Zoneinfo {
  const drafts: ZoneDraft[] = []
  forEachLine(file, text, maxLength, (line, place) => {
    if (line.startsWith('Node ')) drafts.push(startZone(line, place))
    else acceptLine(drafts.at(-1), line, place)
  })
  const zones = drafts.map(finishZone)
  return {
    zones,
    lowWatermarkPages: sum(zones, (zone) => zone.lowPages),
    minWatermarkPages: sum(zones, (zone) => zone.minPages),
    highWatermarkPages: sum(zones, (zone) => zone.highPages),
    totalReservePages: sum(zones, reservePages),
  }
}

/** A zone while its lines come in. */
interface ZoneDraft {
  place: LinePlace
  node: number
  name: string
  pages: Map<PageKey, number>
  protectionPages: number[]
}

type PageKey = 'freePages' | 'minPages' | 'lowPages' | 'highPages' | 'managedPages'

function startZone(line: string, place: LinePlace): ZoneDraft {
  const match = /^Node ([0-9]{1,5}), zone {1,20}([A-Za-z0-9]{1,20})$/.exec(line)
  if (!match) throw parseFailure(place, 'expected "Node N, zone NAME"')
  return { place, node: Number(match[1]), name: match[2]!, pages: new Map(), protectionPages: [] }
}

function finishZone({ place, node, name, pages, protectionPages }: ZoneDraft): MemoryZone {
  const need = (key: PageKey): number => {
    const value = pages.get(key)
    if (value === undefined) throw parseFailure(place, 'the zone has no free pages or watermarks')
    return value
  }
  return {
    node,
    name,
    freePages: need('freePages'),
    minPages: need('minPages'),
    lowPages: need('lowPages'),
    highPages: need('highPages'),
    managedPages: pages.get('managedPages') ?? null,
    protectionPages,
  }
}

const zoneKeys = new Map<string, PageKey>([
  ['pages free', 'freePages'],
  ['min', 'minPages'],
  ['low', 'lowPages'],
  ['high', 'highPages'],
  ['managed', 'managedPages'],
])

/** Lines with a colon (`high: 378`) are of the per-CPU lists, not of the zone. */
function acceptLine(zone: ZoneDraft | undefined, line: string, place: LinePlace): void {
  const trimmed = line.trimStart()
  if (trimmed.startsWith('protection:')) {
    const match = /^protection: \(([0-9, ]{0,400})\)$/.exec(trimmed)
    if (!match || !zone) throw parseFailure(place, 'expected "protection: (N, …)" in a zone')
    zone.protectionPages = match[1] === '' ? [] : match[1]!.split(', ').map((part) => toCount(part, place))
    return
  }
  const key = zoneKeys.get(trimmed.slice(0, trimmed.startsWith('pages ') ? 10 : endOfWord(trimmed)))
  if (key === undefined) return
  if (!zone) throw parseFailure(place, 'expected a zone first')
  if (zone.pages.has(key)) throw parseFailure(place, 'the same field twice')
  zone.pages.set(key, toCount(trimmed.slice(trimmed.lastIndexOf(' ') + 1), place))
}

function endOfWord(text: string): number {
  const space = text.indexOf(' ')
  return space < 0 ? text.length : space
}

function reservePages(zone: MemoryZone): number {
  const highest = zone.protectionPages.reduce((most, pages) => Math.max(most, pages), 0)
  return Math.min(zone.managedPages ?? Infinity, highest + zone.highPages)
}

function sum(zones: readonly MemoryZone[], pagesOf: (zone: MemoryZone) => number): number {
  return zones.reduce((total, zone) => total + pagesOf(zone), 0)
}
