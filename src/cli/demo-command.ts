import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#core/errors'
import type { DemoState } from '#core/ipc/contract'
import { formatParams } from '#core/text/format-params'
import { formatText } from '#core/text/catalogue'
import type { HostFacts } from '#core/metrics/samples'
import { toVerdict } from '#core/verdict/to-verdict'
import type { Verdict } from '#core/verdict/verdict'
import { createVerdictWindow } from '#core/verdict/window'
import { createDemo } from '#main/demo/demo'
import { goSource } from '#main/profiling/go-source'
import { createSampler } from '#main/sampling/create-sampler'
import type { Watch } from '#main/sampling/sampler'
import { openTarget } from '#main/targets/open-target'
import { watchUntilSettled } from './balloon-command'
import type { Output } from './output'
import { toProcessRecord } from './record'
import { runBalloon } from './run-balloon'
import { toVerdictLines, toVerdictRecord } from './verdict-record'

/** Folder that holds assets/ and e2e/hosts/go, seen from the built out/main. */
const resourcesDir = join(import.meta.dirname, '..', '..')

interface DemoRun {
  state: Promise<DemoState>
  stop(): Promise<void>
}

/** Starts the demo; `state` resolves when it runs and rejects when it can't, or when it is stopped before. */
function startDemo(output: Output, stop: AbortSignal): DemoRun {
  let settle: (state: DemoState) => void = () => undefined
  const settled = new Promise<DemoState>((resolve) => {
    settle = resolve
  })
  const demo = createDemo({
    resourcesDir,
    cacheDir: join(tmpdir(), `ballonet-demo-${userInfo().uid}`),
    onState(state) {
      if (state.phase === 'building') output.error(formatText('en', 'demo.building'))
      if (state.phase === 'running' || state.phase === 'failed' || state.phase === 'idle') settle(state)
    },
  })
  stop.addEventListener('abort', () => void demo.stop(), { once: true })
  demo.start()
  const state = settled.then((last) => {
    if (last.phase === 'running') return last
    const { error } = last
    throw new AppError(error?.code ?? 'cancelled', error?.message ?? 'the demo was stopped', {
      ...(error?.hint === undefined ? {} : { hint: error.hint }),
    })
  })
  return { state, stop: () => demo.stop() }
}

/** The verdict on what was read so far: one look. */
function judge(watch: Watch, hostFacts: HostFacts): Verdict | null {
  const latest = watch.latest()
  if (latest === null) return null
  const window = createVerdictWindow()
  window.push(latest)
  return toVerdict({ window, latest, facts: watch.facts, host: null, hostFacts, growth: null, proof: null })
}

/** `ballonet demo`: the incident, from the picture to the proof, in the terminal. */
export async function runDemo(output: Output, isJson: boolean, stop: AbortSignal): Promise<void> {
  const say = (text: string): void => (isJson ? output.error(text) : output.line(text))
  const demo = startDemo(output, stop)
  try {
    const { key, kind, cgroupLimitBytes } = await demo.state
    if (key === null) throw new AppError('failed', 'the demo has no process')
    const target = await openTarget('local')
    try {
      const sampler = await createSampler(target, goSource)
      try {
        say(formatText('en', kind === 'go' ? 'demo.goKind' : 'demo.standIn', { kind: kind ?? '' }))
        say(
          formatText(
            'en',
            cgroupLimitBytes === null ? 'demo.noCgroup' : 'demo.inCgroup',
            formatParams({ cgroupLimitBytes }),
          ),
        )
        const watch = await watchUntilSettled(sampler, key, null)
        if (isJson) {
          const sample = watch.latest()
          const verdict = toVerdictRecord(judge(watch, target.host))
          if (sample !== null) output.json({ ...toProcessRecord(sample, null, watch.facts), verdict })
        } else {
          const verdict = judge(watch, target.host)
          output.line('')
          if (verdict !== null) for (const line of toVerdictLines(verdict)) output.line(line)
          output.line('')
        }
        await runBalloon({
          target,
          key,
          settings: { holdMs: 2000 },
          // A cgroup of the demo's own was made to be squeezed. The whole host was not.
          acceptsRisks: cgroupLimitBytes !== null,
          confirmation: { name: undefined, isTerminal: false },
          readHeapInuse: () => watch.latest()?.go?.heapInuseBytes ?? null,
          output,
          isJson,
          stop,
        })
        watch.close()
      } finally {
        await sampler.dispose()
      }
    } finally {
      await target.dispose()
    }
  } finally {
    await demo.stop()
  }
}
