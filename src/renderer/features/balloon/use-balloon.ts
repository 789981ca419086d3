import { computed, onBeforeUnmount, shallowRef, watch } from 'vue'
import type { BalloonPlan, BalloonSettings } from '#core/balloon/types'
import { toErrorValue, type ErrorValue } from '#core/errors'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import { useCommands } from '../../composables/use-commands'
import { useBackend } from '../../connection/use-connection'
import { useLiveStore } from '../../live/use-live-store'

/** What the person sees before a run. A run and its proof come from the backend's state, not from here. */
export type BalloonStage =
  | { kind: 'none' }
  | { kind: 'planning' }
  /** countdown: seconds left; null: it waits for a press. isStale: the form says something else than the plan. */
  | { kind: 'plan'; plan: BalloonPlan; countdown: number | null; isAdjusting: boolean; isStale: boolean }
  | { kind: 'starting'; plan: BalloonPlan }
  | { kind: 'failed'; error: ErrorValue }

const countdownSeconds = 3

/** One balloon for one process: plan, countdown, run, deflate. */
export function useBalloon(targetId: () => string, key: () => ProcessKey) {
  const backend = useBackend()
  const live = useLiveStore()
  const stage = shallowRef<BalloonStage>({ kind: 'none' })
  /** Start time of the run whose proof was put away. */
  const dismissedMs = shallowRef<number | null>(null)
  let timer: ReturnType<typeof setInterval> | undefined
  let askedCount = 0

  const state = computed(() => live.host(targetId()).balloon.value)
  const isOwn = computed(() => {
    const target = state.value?.plan?.target ?? state.value?.proof?.target
    return target !== undefined && isSameProcess(target, key())
  })
  const isRunning = computed(
    () => state.value !== null && ['ramp', 'hold', 'deflating'].includes(state.value.phase),
  )
  /** The run of this process, or of another one on the same target. */
  const run = computed(() => (isRunning.value ? state.value : null))
  const finished = computed(() => {
    const last = state.value
    if (last === null || last.phase !== 'done' || !isOwn.value || last.startedAtMs === dismissedMs.value)
      return null
    return last
  })

  function stopCountdown(): void {
    clearInterval(timer)
    timer = undefined
  }

  function cancel(): void {
    stopCountdown()
    askedCount++
    stage.value = { kind: 'none' }
  }

  function startCountdown(): void {
    stopCountdown()
    timer = setInterval(() => {
      const now = stage.value
      if (now.kind !== 'plan' || now.countdown === null) return stopCountdown()
      if (now.countdown <= 1) void start()
      else stage.value = { ...now, countdown: now.countdown - 1 }
    }, 1000)
  }

  /** Makes a plan; one without risks starts by itself unless the person has changed it. */
  async function plan(settings?: Partial<BalloonSettings>): Promise<void> {
    stopCountdown()
    const asked = ++askedCount
    const isFirst = settings === undefined
    dismissedMs.value = state.value?.startedAtMs ?? null
    if (isFirst) stage.value = { kind: 'planning' }
    else edit()
    try {
      const params = { targetId: targetId(), key: key(), ...(isFirst ? {} : { settings }) }
      const made = await backend.call('balloon.plan', params)
      if (asked !== askedCount) return
      const isSafe = made.refusal === null && made.risks.length === 0
      stage.value = {
        kind: 'plan',
        plan: made,
        countdown: isFirst && isSafe ? countdownSeconds : null,
        isAdjusting: !isFirst,
        isStale: false,
      }
      if (isFirst && isSafe) startCountdown()
    } catch (error) {
      if (asked === askedCount) stage.value = { kind: 'failed', error: toErrorValue(error) }
    }
  }

  /** With the risks that the card shows: pressing accepts them. */
  async function start(): Promise<void> {
    stopCountdown()
    const now = stage.value
    if (now.kind !== 'plan' || now.plan.refusal !== null || now.isStale) return
    stage.value = { kind: 'starting', plan: now.plan }
    try {
      const { settings, risks } = now.plan
      await backend.call('balloon.start', {
        targetId: targetId(),
        key: key(),
        settings,
        acceptedRisks: [...risks],
      })
      stage.value = { kind: 'none' }
    } catch (error) {
      stage.value = { kind: 'failed', error: toErrorValue(error) }
    }
  }

  function adjust(): void {
    stopCountdown()
    if (stage.value.kind === 'plan') stage.value = { ...stage.value, countdown: null, isAdjusting: true }
  }

  /** What is shown is no longer what was asked for: it can't be started until the new plan is there. */
  function edit(): void {
    stopCountdown()
    if (stage.value.kind === 'plan') stage.value = { ...stage.value, countdown: null, isStale: true }
  }

  async function deflate(): Promise<void> {
    try {
      await backend.call('balloon.deflate', { targetId: targetId() })
    } catch (error) {
      stage.value = { kind: 'failed', error: toErrorValue(error) }
    }
  }

  const canPlan = computed(
    () => !isRunning.value && stage.value.kind !== 'planning' && stage.value.kind !== 'starting',
  )
  useCommands([
    {
      id: 'balloon.plan',
      titleKey: 'balloon-card.command.plan',
      shortcut: 'B',
      isEnabled: () => canPlan.value,
      run: () => plan(),
    },
    {
      id: 'balloon.stop',
      titleKey: 'balloon-card.command.stop',
      shortcut: 'Escape',
      isUrgent: true,
      isEnabled: () => isRunning.value || ['planning', 'plan', 'starting'].includes(stage.value.kind),
      run: () => (isRunning.value || stage.value.kind === 'starting' ? deflate() : cancel()),
    },
  ])

  watch(() => `${targetId()}\n${toKeyText(key())}`, cancel)
  watch(isRunning, (running) => running && stage.value.kind !== 'failed' && cancel())
  onBeforeUnmount(stopCountdown)

  return {
    stage,
    run,
    isOwn,
    finished,
    canPlan,
    plan,
    start,
    adjust,
    edit,
    cancel,
    deflate,
    dismiss: () => void (dismissedMs.value = state.value?.startedAtMs ?? null),
  }
}

export type Balloon = ReturnType<typeof useBalloon>
