import type { BalloonPlan, BalloonState, ProofReading } from '#core/balloon/types'
import type { FakeMachine } from './fake-machine'

const GiB = 2 ** 30
const MiB = 2 ** 20

export function createFakePlan(machine: FakeMachine, remoteHost: string | null = null): BalloonPlan {
  return {
    target: machine.serviceKey,
    remoteHost,
    settings: {
      domain: 'host',
      maxBytes: 6 * GiB,
      floorBytes: 1.6 * GiB,
      stepBytes: 256 * MiB,
      holdMs: 3_000,
      timeLimitMs: 120_000,
      psiLimitPercent: 30,
    },
    domain: { kind: 'host' },
    domainChoices: [{ kind: 'host' }],
    availableBytes: 6.8 * GiB,
    freeFirstBytes: 3.0 * GiB,
    lazyFreeBytes: machine.service.lazyFreeBytes,
    expectedBytes: 4.7 * GiB,
    limitBytes: 5.2 * GiB,
    evictedCacheBytes: 1.2 * GiB,
    steps: 19,
    bytesPerSecond: 0.8 * GiB,
    expectedMs: 9_000,
    risks: remoteHost !== null ? ['remote-host'] : [],
    refusal: null,
  }
}

function readingOf(machine: FakeMachine, balloonBytes: number): ProofReading {
  return {
    atMs: Date.now(),
    virtBytes: machine.service.virtBytes,
    rssBytes: machine.service.rssBytes,
    lazyFreeBytes: machine.service.lazyFreeBytes,
    heapInuseBytes: machine.service.heapInuseBytes,
    memAvailableBytes: 6.8 * GiB - balloonBytes,
    pglazyfreed: 120_000,
    pgsteal: 900_000,
    workingsetRefaultFile: 5_000,
    psiSomeTotalUs: 12_000,
  }
}

/** Plays a balloon: ramp, hold, deflate, proof. `tell` hears every state; returns what deflates it early. */
export function playBalloon(
  machine: FakeMachine,
  tell: (state: BalloonState, balloonBytes: number) => void,
): () => void {
  const plan = createFakePlan(machine)
  const startedAtMs = Date.now()
  const before = readingOf(machine, 0)
  const first = { ...machine.service }
  let bytes = 0
  let held = 0
  let isEnding = false

  const timer = setInterval(() => {
    if (!isEnding) bytes = Math.min(plan.expectedBytes, bytes + 256 * MiB)
    const taken = Math.max(0, Math.min(first.lazyFreeBytes, bytes - plan.freeFirstBytes))
    machine.service.lazyFreeBytes = Math.min(machine.service.lazyFreeBytes, first.lazyFreeBytes - taken)
    machine.service.rssBytes = first.rssBytes - (first.lazyFreeBytes - machine.service.lazyFreeBytes)
    if (bytes >= plan.expectedBytes) held++
    const isDone = isEnding || held > 6
    if (isDone) clearInterval(timer)
    const after = readingOf(machine, 0)
    const balloonBytes = isDone ? 0 : bytes
    tell(
      {
        phase: isDone ? 'done' : held > 0 ? 'hold' : 'ramp',
        plan,
        startedAtMs,
        step: {
          atMs: Date.now(),
          phase: isDone ? 'done' : held > 0 ? 'hold' : 'ramp',
          balloonBytes,
          availableBytes: plan.availableBytes - balloonBytes,
          memAvailableBytes: plan.availableBytes - balloonBytes,
          psiSomePercent: held > 0 ? 3.1 : 0,
          rssBytes: machine.service.rssBytes,
          lazyFreeBytes: machine.service.lazyFreeBytes,
          heapInuseBytes: machine.service.heapInuseBytes,
          stopReason: isDone ? (isEnding ? 'person' : 'reclaimed') : null,
        },
        proof: isDone
          ? {
              target: machine.serviceKey,
              comm: 'order-service',
              startedAtMs,
              elapsedMs: Date.now() - startedAtMs,
              domain: plan.domain,
              peakBytes: bytes,
              stopReason: isEnding ? 'person' : 'reclaimed',
              before,
              after,
              pageSizeBytes: 4096,
              lazyFreedBytes: (before.lazyFreeBytes ?? 0) - (after.lazyFreeBytes ?? 0),
              psiSomeMs: 41,
              verdict: isEnding ? 'inconclusive' : 'confirmed',
              reason: isEnding ? 'no-pressure' : 'lazyfree-taken',
            }
          : null,
        error: null,
      },
      balloonBytes,
    )
  }, 300)
  return () => void (isEnding = true)
}
