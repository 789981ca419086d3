import type { ConnectStep } from '#core/ipc/contract'
import { goSource } from '#main/profiling/go-source'
import { createSampler } from '#main/sampling/create-sampler'
import type { Sampler } from '#main/sampling/sampler'
import { openTarget } from '#main/targets/open-target'
import type { Target } from '#main/targets/target'
import { toTerminalText, type Output } from './output'

export interface TargetOptions {
  spec: string
  /** Between two polls, ms. */
  intervalMs: number
  /** Read as root, by `sudo -n`. */
  isElevated: boolean
  output: Output
  /** Cancels connecting. */
  stop: AbortSignal
}

const stepWords: Record<ConnectStep, string> = {
  reaching: 'reaching it',
  authenticating: 'logging in',
  probing: 'looking what it has',
}

/** Opens a target, runs, and closes all of it again whatever happens. */
export async function withTarget(
  { spec, intervalMs, isElevated, output, stop }: TargetOptions,
  run: (target: Target, sampler: Sampler) => Promise<void>,
): Promise<void> {
  const target = await openTarget(spec, {
    signal: stop,
    onStep(step) {
      // For a person who waits; a log has no use for it.
      if (output.isErrorTerminal) output.error(`${toTerminalText(spec)}: ${stepWords[step]}`)
    },
  })
  try {
    // Root needs no sudo.
    if (isElevated && target.host.uid !== 0) await target.elevate()
    const sampler = await createSampler(target, { ...goSource, intervalMs })
    try {
      await run(target, sampler)
    } finally {
      await sampler.dispose()
    }
  } finally {
    await target.dispose()
  }
}
