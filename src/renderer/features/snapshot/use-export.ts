import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { ProfileInfo } from '#core/ipc/contract'
import type { SnapshotSelection } from '#core/ipc/snapshot-contract'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import { snapshotLimits } from '#core/snapshot/manifest'
import { defaultRedaction, type LeavingPreview, type RedactionChoice } from '#core/snapshot/redaction'
import { formatBytes } from '#core/text/units'
import { useAppClient, useBackend } from '../../connection/use-connection'
import { useNoticesStore } from '../../stores/notices'
import { useProfilesStore } from '../../stores/profiles'
import type { ExportRequest } from '../../stores/snapshots'
import { useTargetsStore } from '../../stores/targets'
import { toExportRange, type ExportRange } from './export-range'

const previewAfterMs = 250

/** What is to be exported, what of it would leave, and the export itself. */
export function useExport(request: ExportRequest, onSaved: () => void) {
  const backend = useBackend()
  const app = useAppClient()
  const targets = useTargetsStore()
  const profiles = useProfilesStore()
  const notices = useNoticesStore()
  const i18n = useI18n({ useScope: 'global' })
  const range = ref<ExportRange>(request.range === null ? '1h' : 'all')
  const choices = shallowRef<{ key: ProcessKey; comm: string }[]>([])
  const chosen = shallowRef<ReadonlySet<string>>(new Set(request.keys.map(toKeyText)))
  const withoutProfiles = shallowRef<ReadonlySet<string>>(new Set())
  const redaction = shallowRef<RedactionChoice>({ ...defaultRedaction })
  const preview = shallowRef<LeavingPreview | null>(null)
  const error = shallowRef<ErrorValue | null>(null)
  /** null: nothing is being made. */
  const share = ref<number | null>(null)
  let exportId = ''

  const target = computed(() => targets.targets.get(request.targetId) ?? null)
  const within = computed(() => {
    const replay = target.value?.replay ?? null
    return request.range ?? replay ?? { fromMs: 0, toMs: Date.now() }
  })
  const span = computed(() => toExportRange(range.value, within.value))
  const keys = computed(() =>
    choices.value.map(({ key }) => key).filter((key) => chosen.value.has(toKeyText(key))),
  )
  /** What was recorded in the stretch of a live target, also by an earlier run of the app. */
  const recordedProfiles = shallowRef<readonly ProfileInfo[]>([])
  const listedProfiles = computed(() => {
    const kept = profiles.kept.filter(({ targetId }) => targetId === request.targetId)
    const byId = new Map([...recordedProfiles.value, ...kept].map((info) => [info.id, info]))
    return [...byId.values()]
      .filter((info) => keys.value.some((key) => isSameProcess(key, info.key)))
      .sort((a, b) => a.atMs - b.atMs)
      .slice(-snapshotLimits.profiles)
  })
  const selection = computed<SnapshotSelection>(() => ({
    targetId: request.targetId,
    keys: keys.value,
    ...span.value,
    profileIds: listedProfiles.value.map(({ id }) => id).filter((id) => !withoutProfiles.value.has(id)),
    redaction: redaction.value,
  }))

  async function loadChoices(): Promise<void> {
    const replay = target.value?.replay
    if (replay != null) {
      choices.value = replay.processes
      return
    }
    const asked = span.value
    try {
      const where = { targetSpec: target.value?.spec ?? '', ...asked }
      const found = await backend.call('history.processes', where)
      // A stretch that was chosen later may be answered before.
      if (asked === span.value) choices.value = found.map(({ key, comm }) => ({ key, comm }))
    } catch (failure) {
      if (asked === span.value) error.value = toErrorValue(failure)
    }
  }

  async function loadProfiles(): Promise<void> {
    if (target.value?.replay != null || keys.value.length === 0) return
    const where = { targetSpec: target.value?.spec ?? '', keys: keys.value, ...span.value }
    const isStill = (): boolean => where.keys === keys.value && where.fromMs === span.value.fromMs
    // Without them the numbers can still be exported, and the preview says what can't be read.
    const found = await backend.call('history.profiles', where).catch(() => [])
    if (isStill()) recordedProfiles.value = found
  }

  async function load(): Promise<void> {
    const asked = selection.value
    try {
      const next = await backend.call('snapshot.preview', asked)
      if (asked !== selection.value) return
      preview.value = next
      error.value = null
    } catch (failure) {
      if (asked === selection.value) error.value = toErrorValue(failure)
    }
  }
  const loadSoon = useDebounceFn(() => load(), previewAfterMs)

  async function save(): Promise<void> {
    exportId = crypto.randomUUID()
    share.value = 0
    error.value = null
    try {
      const locale = i18n.locale.value === 'zh-CN' ? 'zh-CN' : 'en'
      const file = await backend.call('snapshot.export', { ...selection.value, exportId, locale })
      if (!(await app.invoke('snapshot.saveFile', file))) return
      onSaved()
      const titleParams = { size: formatBytes(file.bytes.length) }
      notices.add({ titleKey: 'snapshot.notice.saved', titleParams, error: null })
    } catch (failure) {
      const value = toErrorValue(failure)
      if (value.code !== 'cancelled') error.value = value
    } finally {
      share.value = null
    }
  }

  function cancel(): void {
    if (share.value !== null) void backend.call('snapshot.cancelExport', { exportId }).catch(() => null)
  }

  onScopeDispose(
    backend.on('snapshotProgress', (progress) => {
      if (progress.exportId === exportId && share.value !== null) share.value = progress.share
    }),
  )
  onScopeDispose(cancel)
  watch(range, () => void loadChoices(), { immediate: true })
  watch([keys, span], () => void loadProfiles(), { immediate: true })
  watch(selection, () => void loadSoon(), { immediate: true })

  return {
    range,
    choices,
    chosen,
    listedProfiles,
    withoutProfiles,
    redaction,
    preview,
    error,
    share,
    keys,
    save,
    cancel,
  }
}
