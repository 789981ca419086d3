import { shallowRef, type ShallowRef } from 'vue'
import type { BalloonProof, BalloonState } from '#core/balloon/types'
import { historyColumns } from '#core/metrics/catalogue'
import type { HostSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { StreamColumns } from '#core/snapshot/incident'
import { createSampleTable, type SampleTable } from './sample-table'

/** One run of the balloon, for the band on the charts. */
export interface BalloonRun {
  startedAtMs: number
  /** null: still running. */
  endedAtMs: number | null
  target: ProcessKey | null
  proof: BalloonProof | null
}

/** Everything that was seen of one target: its host and its balloon. */
export interface HostFeed {
  readonly targetId: string
  readonly table: SampleTable
  readonly latest: ShallowRef<HostSample | null>
  readonly balloonTable: SampleTable
  readonly balloon: ShallowRef<BalloonState | null>
  /** A new array at each change. */
  readonly runs: ShallowRef<readonly BalloonRun[]>
  addHost(sample: HostSample): void
  /** A whole recorded stretch at once. */
  fill(stream: StreamColumns): void
  /** Runs that were recorded. */
  addRuns(runs: readonly BalloonRun[]): void
  addBalloon(state: BalloonState): void
  /** Nobody tells any more how a run goes on: whoever had started it is gone, so it was let go. */
  loseBalloon(atMs: number): void
}

export function createHostFeed(targetId: string): HostFeed {
  const table = createSampleTable(historyColumns.host)
  const balloonTable = createSampleTable(historyColumns.balloon)
  const latest = shallowRef<HostSample | null>(null)
  const balloon = shallowRef<BalloonState | null>(null)
  const runs = shallowRef<readonly BalloonRun[]>([])

  function noteRun(state: BalloonState): void {
    const { startedAtMs, proof } = state
    if (startedAtMs === null) return
    const known = runs.value.find((run) => run.startedAtMs === startedAtMs)
    const isOver = state.phase === 'done' || state.phase === 'idle'
    const endedAtMs = isOver
      ? (known?.endedAtMs ?? proof?.after.atMs ?? state.step?.atMs ?? startedAtMs)
      : null
    if (known !== undefined && known.endedAtMs === endedAtMs && known.proof === proof) return
    const run: BalloonRun = {
      startedAtMs,
      endedAtMs,
      target: state.plan?.target ?? proof?.target ?? null,
      proof,
    }
    runs.value = [...runs.value.filter((other) => other !== known), run]
  }

  function addBalloon(state: BalloonState): void {
    const { step } = state
    if (step !== null) balloonTable.push(step.atMs, [step.phase === 'done' ? 0 : step.balloonBytes])
    balloon.value = state
    noteRun(state)
  }

  return {
    targetId,
    table,
    latest,
    balloonTable,
    balloon,
    runs,
    addHost(sample) {
      table.push(sample.atMs, [sample.memAvailableBytes, sample.psiSomeAvg10, sample.psiFullAvg10])
      latest.value = sample
    },
    fill({ atMs, columns }) {
      const read = [columns['memAvailableBytes'], columns['psiSomeAvg10'], columns['psiFullAvg10']]
      for (let row = 0; row < atMs.length; row++)
        table.push(
          atMs[row] as number,
          read.map((column) => column?.[row] ?? NaN),
        )
    },
    addRuns: (more) => void (runs.value = [...runs.value, ...more]),
    addBalloon,
    loseBalloon(atMs) {
      const state = balloon.value
      if (state === null || state.phase === 'idle' || state.phase === 'done') return
      addBalloon({
        ...state,
        phase: 'done',
        step: state.step && { ...state.step, atMs, phase: 'done', balloonBytes: 0 },
        error: { code: 'unreachable', message: 'the connection was lost during the run' },
      })
    },
  }
}
