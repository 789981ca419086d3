import type { AlertRule } from '../alerts/alert-rule'
import type { AlertOverview, WebhookChange } from '../alerts/alert-settings'
import type { BalloonPlan, BalloonSettings, BalloonState } from '../balloon/types'
import type { ErrorValue } from '../errors'
import type { MemoryMap } from '../metrics/memory-map'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '../metrics/samples'
import type { ColumnId, DisplayColumnId, TableFrame } from '../metrics/process-table'
import type { ProcessKey } from '../process-key'
import type { RecorderProblem } from '../snapshot/history'
import type { Verdict } from '../verdict/verdict'
import type {
  HistoryMethods,
  ReplayInfo,
  SnapshotAppEvents,
  SnapshotAppMethods,
  SnapshotEvents,
  SnapshotMethods,
} from './snapshot-contract'

/** What a target can do. The user interface hides what is false, and never asks for a target's kind. */
export interface Capabilities {
  /** New samples arrive by themselves. */
  live: boolean
  /** It is a stretch of time in which any moment can be looked at. */
  seek: boolean
  /** RSS split, PSS, USS and LazyFree can be read. */
  smaps: boolean
  pressure: boolean
  cgroup: boolean
  /** Go endpoints can be reached. */
  endpoint: boolean
  balloon: boolean
  /** Some numbers of other users are hidden, and `sudo -n` would show them. */
  elevate: boolean
  /** It is not the machine of the person who looks: a balloon there asks once more. */
  remote: boolean
}

/** What a connecting target is doing; each step has its own time limit. */
export type ConnectStep = 'reaching' | 'authenticating' | 'probing'

export interface TargetInfo {
  /** Equal to spec. */
  id: string
  /** `local`, `ssh:HOST`, `exec:COMMAND`; `incident:N` for an opened stretch of time. */
  spec: string
  label: string
  state: 'connecting' | 'connected' | 'lost' | 'failed'
  /** null unless state is `connecting`. */
  step: ConnectStep | null
  /** When a lost one is tried again, ms since the epoch; null: right now, or not by itself. */
  retryAtMs: number | null
  capabilities: Capabilities
  /** null until it was connected once. */
  host: HostFacts | null
  /** null unless `seek`. */
  replay: ReplayInfo | null
  error: ErrorValue | null
}

/** A question that only a person can answer while a target connects. Only the text comes from elsewhere: never markup. */
export interface ConnectPrompt {
  id: string
  targetId: string
  /** `secret`: a password, passphrase or one-time code, not echoed; `confirm`: yes or no (a FIDO touch, an agent's question). */
  kind: 'host-key' | 'secret' | 'text' | 'confirm'
  /** In ssh's own words, at most 2,000 characters. */
  text: string
  /** For `host-key`: what is to be compared. */
  hostKey: { host: string; keyType: string; fingerprint: string } | null
}

/** A host of the user's ssh configuration, offered while typing. */
export interface SshHostChoice {
  name: string
  /** The file it stands in, `config` or `known_hosts`. */
  source: 'config' | 'known_hosts'
}

/** What `ssh -G` says that a name means. */
export interface SshMeaning {
  hostname: string
  user: string
  port: number
  proxyJump: string | null
}

/** Something that happened, for the Events tab and the marks on the chart. */
export interface SessionEvent {
  id: number
  atMs: number
  targetId: string
  key: ProcessKey | null
  kind:
    | 'process-gone'
    | 'gc'
    | 'balloon-started'
    | 'balloon-ended'
    | 'endpoint'
    | 'target'
    | 'long-read'
    | 'profile'
    | 'verdict-changed'
    | 'alert'
  /** A key under `event.*` in the catalogues, and its parameters (raw numbers: bytes, ms). */
  text: string
  params: Record<string, string | number>
}

/** A heap profile that the backend fetched and keeps as it came, gzip and all (`.pb.gz`). Its bytes: `profile.bytes`. */
export interface ProfileInfo {
  id: string
  targetId: string
  key: ProcessKey
  comm: string
  /** When its last byte had come, ms since the epoch. */
  atMs: number
  /** As it came: compressed. */
  sizeBytes: number
  /** What it cost the service: from the request to the last byte. */
  costMs: number
  /** Where it came from; without user and password. */
  url: string
}

/** Heap profiles of one process that are fetched by themselves. */
export interface ProfileSchedule {
  targetId: string
  key: ProcessKey
  /** null: none are, or no longer. */
  minutes: number | null
  /** ms since the epoch; null when `minutes` is. */
  nextAtMs: number | null
  /** Why the last one did not come, or why it was stopped (too dear, gone); null when all is well. */
  error: ErrorValue | null
}

export type DemoPhase = 'idle' | 'building' | 'starting' | 'running' | 'failed'

export interface DemoState {
  phase: DemoPhase
  /** What plays the service: a real Go program, or a stand-in that is no Go. */
  kind: 'go' | 'python3' | 'perl' | null
  key: ProcessKey | null
  endpointUrl: string | null
  cgroupLimitBytes: number | null
  error: ErrorValue | null
}

/** No demo: the state before the first and after the last. */
export const idleDemo: DemoState = {
  phase: 'idle',
  kind: null,
  key: null,
  endpointUrl: null,
  cgroupLimitBytes: null,
  error: null,
}

/** Requests that the renderer sends to the backend. Nothing here takes a path of the local file system. */
export type BackendMethods = HistoryMethods &
  SnapshotMethods & {
    'targets.list': (params: null) => TargetInfo[]
    /**
     * spec as on the command line. Answers when it is connected, rejects when it could not be; `target` events tell the
     * steps meanwhile, and `prompt` events what it asks. Opening what is open answers at once.
     */
    'targets.open': (params: { spec: string }) => TargetInfo
    /** Ends an attempt to connect (targets.open rejects with `cancelled`) or an open target; `targetClosed` tells it. */
    'targets.close': (params: { targetId: string }) => null
    /** Tries a lost or failed target again now. */
    'targets.retry': (params: { targetId: string }) => null
    /** Reads as root by `sudo -n`. */
    'targets.elevate': (params: { targetId: string }) => null
    /** answer null: the person gave up. The answer is passed on and kept nowhere. */
    'prompt.answer': (params: { promptId: string; answer: string | null }) => null
    'ssh.hosts': (params: null) => SshHostChoice[]
    /** Rejects with `invalid` for what can't be a host, with ssh's own words for what it does not take. */
    'ssh.explain': (params: { host: string }) => SshMeaning
    /** Starts or changes the stream of `table` events of one target; rowIds in view are read first. */
    'table.subscribe': (params: { targetId: string; columns: ColumnId[]; visibleRowIds: number[] }) => null
    'table.unsubscribe': (params: { targetId: string }) => null
    /** Starts `process` events of one process and answers with its facts. */
    'process.watch': (params: { targetId: string; key: ProcessKey }) => ProcessFacts
    'process.unwatch': (params: { targetId: string; key: ProcessKey }) => null
    /** A URL typed in (http or https), or null to search again. */
    'endpoint.set': (params: { targetId: string; key: ProcessKey; url: string | null }) => null
    /** Asks a stopped endpoint once more, whatever it costs. */
    'endpoint.askOnce': (params: { targetId: string; key: ProcessKey }) => null
    /** Allows the first smaps_rollup walk of a huge process, after its stall was shown. */
    'rollup.allow': (params: { targetId: string; key: ProcessKey }) => null
    /**
     * Reads all mappings of a watched process now (smaps, which walks its page tables): only when a person asks. Rejects
     * with `gone`, `permission-denied`, `timeout`, `too-large` (over 100,000 mappings), `unsupported`.
     */
    'memoryMap.read': (params: { targetId: string; key: ProcessKey }) => MemoryMap
    'balloon.plan': (params: {
      targetId: string
      key: ProcessKey
      settings?: Partial<BalloonSettings>
    }) => BalloonPlan
    /** Blows up exactly this target with these settings; the plan is made again and must not be refused. */
    'balloon.start': (params: {
      targetId: string
      key: ProcessKey
      settings: BalloonSettings
      /** The risks that the person was shown and accepted. */
      acceptedRisks: string[]
    }) => null
    'balloon.deflate': (params: { targetId: string }) => null
    /**
     * Fetches a heap profile of a watched process now, from the pprof beside its endpoint: `debug=0`, never with a forced
     * collection. Rejects with `unsupported` where there is no pprof, `parse` for what is no profile, `too-large`,
     * `timeout` and `unreachable`. Who asks while one is being fetched gets the same. A `profile` event tells every window.
     */
    'profile.fetch': (params: { targetId: string; key: ProcessKey }) => ProfileInfo
    /**
     * From now on one every so many minutes (1 to 240, whole), the first at once; null: no more. It ends with the
     * process and when one was too dear; `profileSchedule` events tell. No window need watch the process meanwhile.
     */
    'profile.every': (params: { targetId: string; key: ProcessKey; minutes: number | null }) => null
    /**
     * The kept ones of every process of every target, oldest first. Old ones make room for new ones, a process's first one
     * last of all; with a target all of its are let go.
     */
    'profile.list': (params: null) => ProfileInfo[]
    /** The profile as it came. Rejects with `gone` when it is not kept any more. */
    'profile.bytes': (params: { id: string }) => Uint8Array
    'profile.remove': (params: { id: string }) => null
    'alerts.get': (params: null) => AlertOverview
    /** A new rule, or the one of the same id anew; what the old one had raised is cleared. At most 100 rules. */
    'alerts.saveRule': (params: { rule: AlertRule }) => AlertOverview
    'alerts.removeRule': (params: { id: string }) => AlertOverview
    /** null: none. Rejects with `invalid` for an address that can't be one, which is never repeated. */
    'alerts.setWebhook': (params: { webhook: WebhookChange | null }) => AlertOverview
    'alerts.setNotification': (params: { isOn: boolean }) => AlertOverview
    /** Sends a message now, once. Rejects with why it was not taken: `timeout`, `unreachable`, `refused`, `failed` … */
    'alerts.testWebhook': (params: null) => null
    'demo.start': (params: null) => DemoState
    'demo.stop': (params: null) => null
  }

export interface BackendEvents extends SnapshotEvents {
  /** Recording has stopped, for the reason that it says, or goes on. */
  recorder: RecorderProblem
  target: TargetInfo
  targetClosed: { targetId: string }
  prompt: ConnectPrompt
  /** Answered, or no longer asked. */
  promptClosed: { promptId: string }
  table: { targetId: string; frame: TableFrame }
  host: { targetId: string; sample: HostSample }
  process: { targetId: string; sample: ProcessSample }
  /** What a watched process's numbers mean: at first, when it changes, and from time to time for the ages. */
  verdict: { targetId: string; key: ProcessKey; verdict: Verdict }
  /** The process ended: no more samples of this key. */
  processGone: { targetId: string; key: ProcessKey; atMs: number }
  /** Facts that were learned later than the answer of process.watch. */
  facts: { targetId: string; facts: ProcessFacts }
  /** The walk of a huge process waits for rollup.allow; its estimated stall is shown. */
  rollupAsk: { targetId: string; key: ProcessKey; rssBytes: number; estimatedStallMs: number }
  balloon: { targetId: string; state: BalloonState }
  /** A profile was fetched, by a person or by itself. */
  profile: ProfileInfo
  /** It is not kept any more: removed, or it made room for a newer one. */
  profileRemoved: { id: string; targetId: string }
  profileSchedule: ProfileSchedule
  /** Rules, webhook, or what is raised: something of it is another one. */
  alerts: AlertOverview
  event: SessionEvent
  demo: DemoState
}

export type ThemeChoice = 'system' | 'light' | 'dark'
export type LocaleChoice = 'system' | 'en' | 'zh-CN'

export interface Settings {
  theme: ThemeChoice
  locale: LocaleChoice
  /** Shown columns of the process table, in their order. */
  columns: DisplayColumnId[]
  /** Widths of the panes in percent, as the splitters left them. */
  panes: Record<string, number[]>
}

export interface AppInfo {
  version: string
  electronVersion: string
  platform: string
  /** What the operating system speaks, as a BCP 47 tag. */
  systemLocale: string
}

/** Requests that the renderer sends to Electron's main process. */
export type AppMethods = SnapshotAppMethods & {
  'app.info': (params: null) => AppInfo
  'settings.get': (params: null) => Settings
  'settings.set': (params: Partial<Settings>) => Settings
  /** Asks the person where; the renderer never names a path. false: cancelled. */
  'image.save': (params: { suggestedName: string; pngBytes: Uint8Array }) => boolean
  /**
   * Lets the person choose a profile (at most 64 MiB); null: cancelled. The content is passed on unread: it may be
   * anything. Rejects with `too-large`, `invalid` (no regular file), `permission-denied`, `gone`.
   */
  'profile.openFile': (params: null) => { name: string; bytes: Uint8Array } | null
  /** A profile as `.pb.gz`: the bytes must be gzip. false: cancelled. */
  'profile.saveFile': (params: { suggestedName: string; bytes: Uint8Array }) => boolean
}

export interface AppEvents extends SnapshotAppEvents {
  /** From the application menu: an id of a command of the palette. */
  command: string
  /** The backend process ended and another one was started: connect again. */
  backendRestarted: null
}
