import { computed, ref } from 'vue'
import { useLiveStore } from '../../live/use-live-store'
import { useTargetsStore } from '../../stores/targets'

/** Closes a target; where a balloon runs, only after a person said so. */
export function useTargetClose() {
  const targets = useTargetsStore()
  const live = useLiveStore()
  const askedId = ref<string | null>(null)
  const asked = computed(() => (askedId.value === null ? null : (targets.targets.get(askedId.value) ?? null)))

  function hasBalloon(targetId: string): boolean {
    const phase = live.host(targetId).balloon.value?.phase ?? 'idle'
    return phase !== 'idle' && phase !== 'done'
  }

  function ask(targetId: string): void {
    if (targets.targets.get(targetId)?.spec === 'local') return
    if (hasBalloon(targetId)) askedId.value = targetId
    else void targets.close(targetId)
  }

  function answer(isSure: boolean): void {
    const targetId = askedId.value
    askedId.value = null
    if (isSure && targetId !== null) void targets.close(targetId)
  }

  return { asked, ask, answer }
}

export type TargetClose = ReturnType<typeof useTargetClose>
