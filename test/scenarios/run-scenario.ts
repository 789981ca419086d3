import type { BalloonProof } from '#core/balloon/types'
import type { HostSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { Verdict } from '#core/verdict/verdict'
import { goSource } from '#main/profiling/go-source'
import { createSampler } from '#main/sampling/create-sampler'
import { openLocalTarget } from '#main/targets/local-target'
import type { Target } from '#main/targets/target'
import { withVerdicts } from '#main/verdict/with-verdicts'
import { makeMemoryGroup } from '../host/memory-group'
import { startScenario } from '../support/go-scenarios'
import { until, type TestService } from '../support/go-service'
import { createWatchRecorder } from '../support/watch-recorder'
import type { ScenarioRun } from './recording'
import type { Scenario } from './scenarios'

const MiB = 1024 * 1024

/** A process of this machine that is watched as by a window. Must be closed; that does not end the process. */
export interface WatchedProcess {
  target: Target
  /** As they were sent, oldest first. */
  verdicts: Verdict[]
  addProof: (proof: BalloonProof) => void
  /** Resolves when it was looked at for so many polls. */
  watchFor: (seconds: number) => Promise<ScenarioRun>
  close(): Promise<void>
}

export async function watchProcess(key: ProcessKey): Promise<WatchedProcess> {
  const target = openLocalTarget()
  const hosts: HostSample[] = []
  const verdicts: Verdict[] = []
  const sampler = withVerdicts(await createSampler(target, goSource), {
    host: () => hosts.at(-1) ?? null,
    growth: () => null,
    onVerdict: (_key, verdict) => void verdicts.push(verdict),
    onEvent: () => undefined,
  })
  const close = async (): Promise<void> => {
    await sampler.dispose()
    await target.dispose()
  }
  try {
    const recorder = createWatchRecorder()
    sampler.onHost((sample) => void hosts.push(sample))
    const watch = await sampler.watch(key, recorder)
    return {
      target,
      verdicts,
      addProof: (proof) => sampler.addProof(proof),
      async watchFor(seconds) {
        const { samples } = recorder
        await until(
          () => samples.length,
          (count) => count >= seconds,
          seconds * 3000,
        )
        const count = Math.min(samples.length, hosts.length)
        return {
          facts: watch.facts,
          hostFacts: sampler.host,
          samples: samples.slice(-count),
          hosts: hosts.slice(-count),
        }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Starts the program in a memory cgroup of its own (where one can be made), watches it, and ends it. */
export async function withScenario<Result>(
  scenario: Scenario,
  look: (watched: WatchedProcess, service: TestService) => Promise<Result>,
): Promise<Result> {
  const group = makeMemoryGroup(scenario.limitMiB * MiB)
  try {
    const service = await startScenario(scenario, group?.dir)
    try {
      const watched = await watchProcess(service.key)
      return await look(watched, service).finally(() => watched.close())
    } finally {
      await service.end()
    }
  } finally {
    await group?.remove()
  }
}

/** What was seen of a scenario in so many seconds. */
export function runScenario(
  scenario: Scenario,
  seconds: number,
): Promise<{ run: ScenarioRun; verdicts: Verdict[] }> {
  return withScenario(scenario, async ({ watchFor, verdicts }) => ({
    run: await watchFor(seconds),
    verdicts,
  }))
}
