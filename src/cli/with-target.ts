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

/** Opens a target with its sampler, runs, and closes all of it again whatever happens. */
export function withTarget(
  options: TargetOptions,
  run: (target: Target, sampler: Sampler) => Promise<void>,
): Promise<void> {
  return withBareTarget(options, async (target) => {
    const sampler = await createSampler(target, { ...goSource, intervalMs: options.intervalMs })
    try {
      await run(target, sampler)
    } finally {
      await sampler.dispose()
    }
  })
}

/** The same without sampling anything there. */
export async function withBareTarget<T>(
  { spec, isElevated, output, stop }: Omit<TargetOptions, 'intervalMs'>,
  run: (target: Target) => Promise<T>,
): Promise<T> {
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
    return await run(target)
  } finally {
    await target.dispose()
  }
}
