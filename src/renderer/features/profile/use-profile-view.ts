import { computed, inject, onBeforeUnmount, reactive, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { CallNeighbours } from '#core/pprof/call-neighbours'
import { formatMeasurement, formatPercent } from '#core/pprof/measurement'
import { openProfileEngine, openProfileEngineKey } from './profile-engine'
import type { OpenedProfile, ShownProfile } from './profile-session'
import type { ListedProfile } from '../../stores/profiles'
import type { ProfileList } from './use-profile-list'

/** Which one to compare with: none, the process's first, or the one of that id. */
export type BaseChoice = 'none' | 'first' | (string & {})

interface ProfileOptions {
  id: string | null
  base: BaseChoice
  /** By name, so that it stays when another profile has them in another order; null: the profile's own. */
  sampleType: string | null
  sort: 'flat' | 'cum'
  focus: string
  ignore: string
}

/** What is shown of which profile. The worker is asked again when any of it changes; the last answer stays meanwhile. */
export function useProfileView(list: ProfileList) {
  const engine = inject(openProfileEngineKey, () => openProfileEngine, true)()
  const options = reactive<ProfileOptions>({
    id: null,
    base: 'none',
    sampleType: null,
    sort: 'flat',
    focus: '',
    ignore: '',
  })
  const opened = new Map<string, Promise<OpenedProfile>>()
  const current = shallowRef<OpenedProfile | null>(null)
  const shown = shallowRef<ShownProfile | null>(null)
  const error = shallowRef<ErrorValue | null>(null)
  const isBusy = shallowRef(false)
  /** The function that table, flame graph and call tree point at. */
  const selected = shallowRef<string | null>(null)
  const neighbours = shallowRef<CallNeighbours | null>(null)
  let asked = 0

  const baseProfile = computed<ListedProfile | null>(() => {
    if (options.base === 'none') return null
    const id = options.base === 'first' ? list.ours.value[0]?.id : options.base
    return id === options.id ? null : (list.listed.value.find((each) => each.id === id) ?? null)
  })
  const profile = computed(() => list.listed.value.find(({ id }) => id === options.id) ?? null)

  function open(each: ListedProfile): Promise<OpenedProfile> {
    let opening = opened.get(each.id)
    if (opening === undefined) {
      opening = list.readBytes(each).then((bytes) => engine.call('open', { id: each.id, bytes }))
      opened.set(each.id, opening)
      opening.catch(() => opened.delete(each.id))
    }
    return opening
  }

  /** Frees what is no longer looked at: a profile may be large. */
  function closeOthers(keep: readonly (string | undefined)[]): void {
    for (const id of opened.keys()) {
      if (keep.includes(id)) continue
      opened.delete(id)
      void engine.call('close', { id }).catch(() => undefined)
    }
  }

  async function refresh(): Promise<void> {
    const request = ++asked
    const [now, base] = [profile.value, baseProfile.value]
    if (now === null) {
      shown.value = current.value = error.value = null
      return
    }
    isBusy.value = true
    try {
      closeOthers([now.id, base?.id])
      const [first] = await Promise.all([open(now), base === null ? null : open(base)])
      if (request !== asked) return
      current.value = first
      const named = first.sampleTypes.findIndex(({ type }) => type === options.sampleType)
      const { sort, focus, ignore } = options
      const sampleType = named === -1 ? first.defaultSampleType : named
      const view = { id: now.id, baseId: base?.id ?? null, sampleType, sort, focus, ignore }
      const answer = await engine.call('show', view)
      if (request !== asked) return
      shown.value = answer
      error.value = null
    } catch (failure) {
      if (request === asked) error.value = toErrorValue(failure)
    } finally {
      if (request === asked) isBusy.value = false
    }
  }
  watch(
    () => [profile.value?.id, baseProfile.value?.id, { ...options }],
    () => void refresh(),
    { immediate: true },
  )

  watch([selected, shown], async ([name]) => {
    if (name === null || shown.value === null) {
      neighbours.value = null
      return
    }
    const found = await engine.call('neighbours', { name }).catch(() => null)
    if (name === selected.value) neighbours.value = found
  })
  onBeforeUnmount(() => engine.close())

  const sampleType = computed(() => shown.value?.table.sampleType.type ?? null)
  function format(value: bigint): string {
    if (shown.value === null) return ''
    return formatMeasurement(value, shown.value.table.sampleType.unit, shown.value.unit)
  }
  function percent(value: bigint): string {
    return shown.value === null ? '' : formatPercent(value, shown.value.table.total).trim()
  }
  /** Every digit, with the unit that the profile names. */
  function exact(value: bigint): string {
    return `${value.toLocaleString('en-US')} ${shown.value?.table.sampleType.unit ?? ''}`.trim()
  }

  const state = { options, profile, baseProfile, current, shown, error, isBusy, selected, neighbours }
  return { engine, ...state, sampleType, format, percent, exact }
}

export type ProfileViewState = ReturnType<typeof useProfileView>
