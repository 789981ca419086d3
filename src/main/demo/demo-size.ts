const mib = 1024 * 1024

export interface DemoSize {
  /** Resident at the start; what is not kept is LazyFree. */
  totalMib: number
  keepMib: number
  /** Limit of the cgroup: the rest is what a balloon has to take first. */
  limitBytes: number
}

const full = { totalMib: 700, keepMib: 100, limitMib: 1024 }
const leastTotalMib = 64

/** A demo that takes at most 40 % of what is available, the balloon in its cgroup included; null: too little. */
export function chooseDemoSize(availableBytes: number): DemoSize | null {
  const scale = Math.min(1, (0.4 * availableBytes) / (full.limitMib * mib))
  const totalMib = Math.floor(full.totalMib * scale)
  if (totalMib < leastTotalMib) return null
  const keepMib = Math.max(8, Math.floor(full.keepMib * scale))
  return { totalMib, keepMib, limitBytes: Math.max(totalMib + 64, Math.floor(full.limitMib * scale)) * mib }
}
