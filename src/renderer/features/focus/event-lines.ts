import type { BalloonProof } from '#core/balloon/types'
import type { SessionEvent } from '#core/ipc/contract'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { BalloonRun } from '../../live/host-feed'

/** A line of the Events tab: something that happened, or the proof of a balloon's run. */
export type EventLine =
  | { kind: 'event'; id: string; atMs: number; event: SessionEvent }
  | { kind: 'proof'; id: string; atMs: number; proof: BalloonProof }

/** What concerns this process or its whole target, newest first; garbage collections are marks on the chart only. */
export function toEventLines(
  targetId: string,
  key: ProcessKey,
  events: readonly SessionEvent[],
  runs: readonly BalloonRun[],
): EventLine[] {
  const lines: EventLine[] = []
  const proofs = runs.flatMap((run) => (run.proof === null ? [] : [{ run, proof: run.proof }]))
  for (const event of events) {
    if (event.targetId !== targetId || event.kind === 'gc') continue
    if (event.key !== null && !isSameProcess(event.key, key)) continue
    // A run that ended stands there by its proof.
    if (event.kind === 'balloon-ended' && proofs.length > 0) continue
    lines.push({ kind: 'event', id: `e${event.id}`, atMs: event.atMs, event })
  }
  for (const { run, proof } of proofs) {
    if (!isSameProcess(proof.target, key)) continue
    lines.push({ kind: 'proof', id: `p${run.startedAtMs}`, atMs: run.endedAtMs ?? run.startedAtMs, proof })
  }
  return lines.sort((a, b) => b.atMs - a.atMs)
}
