import { absInt64 } from './int64'

/** Units of one kind, each with its aliases and what it is in the smallest. As `go tool pprof` knows them. */
interface UnitKind {
  fallback: { name: string; factor: number }
  units: readonly { name: string; aliases: readonly string[]; factor: number }[]
}

const unit = (name: string, aliases: string, factor: number): UnitKind['units'][number] => ({
  name,
  aliases: aliases.split(' '),
  factor,
})

const kinds: readonly UnitKind[] = [
  {
    fallback: { name: 'B', factor: 1 },
    units: [
      unit('B', 'b byte', 1),
      unit('kB', 'kb kbyte kilobyte', 2 ** 10),
      unit('MB', 'mb mbyte megabyte', 2 ** 20),
      unit('GB', 'gb gbyte gigabyte', 2 ** 30),
      unit('TB', 'tb tbyte terabyte', 2 ** 40),
      unit('PB', 'pb pbyte petabyte', 2 ** 50),
    ],
  },
  {
    fallback: { name: 's', factor: 1e9 },
    units: [
      unit('ns', 'ns nanosecond', 1),
      unit('us', 'μs us microsecond', 1e3),
      unit('ms', 'ms millisecond', 1e6),
      unit('s', 's sec second', 1e9),
      unit('hrs', 'hour hr', 3600e9),
    ],
  },
  {
    fallback: { name: 'GCU', factor: 1 },
    units: [
      unit('n*GCU', 'nanogcu', 1e-9),
      unit('u*GCU', 'microgcu', 1e-6),
      unit('m*GCU', 'milligcu', 1e-3),
      unit('GCU', 'gcu', 1),
      unit('k*GCU', 'kilogcu', 1e3),
      unit('M*GCU', 'megagcu', 1e6),
      unit('G*GCU', 'gigagcu', 1e9),
      unit('T*GCU', 'teragcu', 1e12),
      unit('P*GCU', 'petagcu', 1e15),
    ],
  },
]

function findUnit(kind: UnitKind, name: string): { name: string; factor: number } | undefined {
  const lower = name.toLowerCase()
  const alias = new TextEncoder().encode(lower).length > 2 ? lower.replace(/s$/, '') : lower
  return kind.units.find(({ aliases }) => aliases.includes(alias))
}

/** Whether both are bytes, both times, or the like. */
export function sameUnitKind(one: string, other: string): boolean {
  return kinds.some((kind) => findUnit(kind, one) !== undefined && findUnit(kind, other) !== undefined)
}

/** A value in the largest unit in which it is at least 1. */
function autoScale(kind: UnitKind, value: number): { value: number; unit: string } {
  let best: { name: string; factor: number } | null = null
  for (const each of kind.units) {
    if ((best === null || each.factor >= best.factor) && value / each.factor >= 1) best = each
  }
  const { name, factor } = best ?? kind.fallback
  return { value: value / factor, unit: name }
}

/**
 * A measurement in another unit; `minimum` and `auto` choose one. The unit is empty where it would say nothing, and for
 * an unknown kind it is what was asked for.
 */
export function scaleValue(value: bigint, from: string, to: string): { value: number; unit: string } {
  if (value < 0n && absInt64(value) > 0n) {
    const scaled = scaleValue(-value, from, to)
    return { value: -scaled.value, unit: scaled.unit }
  }
  for (const kind of kinds) {
    const fromUnit = findUnit(kind, from)
    if (fromUnit === undefined) continue
    const base = Number(value) * fromUnit.factor
    if (to === 'minimum' || to === 'auto') return autoScale(kind, base)
    const { name, factor } = findUnit(kind, to) ?? kind.fallback
    return { value: base / factor, unit: name }
  }
  const saysNothing = ['count', 'sample', 'unit', 'minimum', 'auto'].includes(to)
  return { value: Number(value), unit: saysNothing ? '' : to }
}

/** A measurement with up to two decimals and its unit, as the tool prints it. */
export function formatMeasurement(value: bigint, from: string, to: string): string {
  const scaled = scaleValue(value, from, to)
  const text = toFixed2(scaled.value).replace(/\.00$/, '')
  return text === '0' || text === '-0' ? '0' : text + scaled.unit
}

/** Two decimals, a half to the even neighbour: Go's `%.2f`. JavaScript takes a half upwards. */
function toFixed2(value: number): string {
  const size = Math.abs(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  // Only odd eighths are exactly between two hundredths.
  const eighths = size * 8
  if (Number.isInteger(eighths) && eighths % 2 === 1) {
    const half = BigInt(eighths) * 25n
    const floor = half >> 1n
    const digits = String(floor + (floor & 1n)).padStart(3, '0')
    return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
  }
  return sign + (size >= 1e21 ? `${BigInt(size)}.00` : size.toFixed(2))
}

/** Those below 1 that are exactly between two numbers of two digits. */
const evenHalves = new Map([
  [0.125, '0.12'],
  [0.375, '0.38'],
  [0.625, '0.62'],
  [0.875, '0.88'],
  [0.0625, '0.062'],
])

/** Below 1 with two digits: Go's `%.2g`. */
function toTwoDigits(value: number): string {
  const known = evenHalves.get(value)
  if (known !== undefined) return known
  const [mantissa = '', exponent = '0'] = value.toExponential(1).split('e')
  if (value === 0 || Number(exponent) >= -4) return String(Number(value.toPrecision(2)))
  const power = String(Math.abs(Number(exponent))).padStart(2, '0')
  return `${mantissa.replace(/\.0$/, '')}e-${power}`
}

/** A share as the tool prints it: six characters, such as `12.34%`, `  100%` or ` 0.05%`. */
export function formatPercent(value: bigint, total: bigint): string {
  const ratio = total === 0n ? 0 : Math.abs(Number(value) / Number(total)) * 100
  if (ratio >= 99.95 && ratio <= 100.05) return '  100%'
  return `${(ratio >= 1 ? toFixed2(ratio) : toTwoDigits(ratio)).padStart(5)}%`
}
