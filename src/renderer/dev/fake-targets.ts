import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import type {
  BackendEvents,
  Capabilities,
  ConnectPrompt,
  ConnectStep,
  SshHostChoice,
  SshMeaning,
  TargetInfo,
} from '#core/ipc/contract'
import { unknownKernelMemory } from '#core/metrics/kernel-memory'
import type { HostFacts, HostSample } from '#core/metrics/samples'

/** What the window may ask of the machines that are not there. */
export interface FakeTargets {
  list(): TargetInfo[]
  open(spec: string): Promise<TargetInfo>
  close(targetId: string): void
  retry(targetId: string): void
  elevate(targetId: string): Promise<void>
  answer(promptId: string, answer: string | null): void
  explain(host: string): SshMeaning
  readonly hosts: SshHostChoice[]
  /** Memory of each that is connected. */
  samples(base: HostSample): { targetId: string; sample: HostSample }[]
}

type Emit = <K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]) => void

const capabilities: Capabilities = {
  live: true,
  seek: false,
  smaps: true,
  pressure: true,
  cgroup: true,
  endpoint: true,
  balloon: true,
  elevate: false,
  remote: false,
}

export const fakeHost: HostFacts = {
  hostname: 'build-07',
  kernelRelease: '5.10.0-28-amd64',
  os: 'linux',
  arch: 'x64',
  bootId: null,
  pageSizeBytes: 4096,
  clockTicksPerSecond: 100,
  cpuCount: 8,
  thpEnabled: 'madvise',
  thpDefrag: 'madvise',
  kernelMemory: unknownKernelMemory,
  cgroupVersion: 2,
  uid: 0,
}

const local: TargetInfo = {
  id: 'local',
  spec: 'local',
  label: 'build-07',
  state: 'connected',
  step: null,
  retryAtMs: null,
  replay: null,
  capabilities,
  host: fakeHost,
  error: null,
}

const names = ['prod-web', 'prod-db', 'stage-api', 'cache', 'batch', 'edge-fra']

const lostError: ErrorValue = {
  code: 'unreachable',
  message: 'client_loop: send disconnect: Broken pipe',
}
const failedError: ErrorValue = {
  code: 'auth-failed',
  message: 'deploy@10.2.0.9: Permission denied (publickey,password).',
}

function remote(spec: string, label: string): TargetInfo {
  return {
    ...local,
    id: spec,
    spec,
    label,
    capabilities: { ...capabilities, elevate: true, remote: true },
    host: { ...fakeHost, hostname: `${label}.example.net`, kernelRelease: '6.1.0-18-amd64', uid: 1000 },
  }
}

/** `count` hosts that are open already, some of them in trouble. */
function createCrowd(count: number): TargetInfo[] {
  return Array.from({ length: count }, (_, index) => {
    const label = `${names[index % names.length]!}-${String(Math.floor(index / names.length) + 1).padStart(2, '0')}`
    const info = remote(`ssh:${label}`, label)
    if (index === 3) return { ...info, state: 'lost', error: lostError, retryAtMs: Date.now() + 25_000 }
    if (index === 8) return { ...info, state: 'failed', error: failedError }
    if (index === 10) return { ...info, state: 'connecting', step: 'authenticating', host: null }
    return info
  })
}

const questions: Record<string, Pick<ConnectPrompt, 'kind' | 'text' | 'hostKey'>> = {
  key: {
    kind: 'host-key',
    text: 'The authenticity of host ‘[key]:22’ can’t be established.',
    hostKey: {
      host: 'key.example.net',
      keyType: 'ED25519',
      fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrQXVUpKZIDTMczCvj3tD2vs',
    },
  },
  password: { kind: 'secret', text: 'deploy@password’s password: ', hostKey: null },
  code: { kind: 'text', text: 'Verification code: ', hostKey: null },
  touch: { kind: 'confirm', text: 'Confirm user presence for key ED25519-SK SHA256:5ye9…', hostKey: null },
}

const failures: Record<string, AppError> = {
  refused: new AppError('auth-failed', failedError.message),
  down: new AppError('unreachable', 'ssh: connect to host down port 22: Connection refused'),
  changed: new AppError(
    'host-key-changed',
    'Offending ED25519 key in /home/me/.ssh/known_hosts:12. Host key verification failed.',
  ),
  nonexistent: new AppError('failed', 'sh: 1: nonexistent: not found'),
}

/** Plays hosts by their names: `key`, `password`, `code`, `touch` ask, `refused`, `down`, `changed` fail, `hang` hangs,
 * `flaky` is lost for a while. */
export function createFakeTargets(count: number, emit: Emit, failWhenOpened: () => void): FakeTargets {
  const targets = new Map<string, TargetInfo>([['local', local]])
  for (const info of createCrowd(count)) targets.set(info.id, info)
  const attempts = new Map<string, AbortController>()
  const asked = new Map<string, (answer: string | null) => void>()
  let lastPromptId = 0
  let tick = 0

  function put(info: TargetInfo): TargetInfo {
    targets.set(info.id, info)
    emit('target', info)
    return info
  }

  function wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = ms === Infinity ? undefined : setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(new AppError('cancelled', 'cancelled'))
      })
    })
  }

  function ask(targetId: string, name: string): Promise<string | null> {
    const question = questions[name]
    if (question === undefined) return Promise.resolve('')
    const id = String(++lastPromptId)
    emit('prompt', { id, targetId, ...question })
    return new Promise((resolve) => asked.set(id, resolve))
  }

  /** Lost for a while, then back by itself. */
  function lose(info: TargetInfo): void {
    if (!targets.has(info.id)) return
    put({ ...info, state: 'lost', error: lostError, retryAtMs: Date.now() + 8_000 })
    setTimeout(() => targets.has(info.id) && put(info), 8_500)
  }

  async function play(info: TargetInfo, name: string, signal: AbortSignal): Promise<TargetInfo> {
    const step = (next: ConnectStep): TargetInfo =>
      put({ ...info, state: 'connecting', step: next, error: null, host: targets.get(info.id)?.host ?? null })
    step('reaching')
    await wait(name === 'hang' ? Infinity : 500, signal)
    step('authenticating')
    await wait(300, signal)
    if ((await ask(info.id, name)) === null) throw new AppError('cancelled', 'nobody answered')
    const failure = failures[name]
    if (failure !== undefined) throw failure
    step('probing')
    await wait(300, signal)
    if (name === 'flaky') setTimeout(() => lose(info), 9_000)
    return put(info)
  }

  async function connect(spec: string): Promise<TargetInfo> {
    const name = spec.replace(/^\w+:/, '')
    const attempt = new AbortController()
    attempts.set(spec, attempt)
    const wasOpen = targets.get(spec)?.host != null
    try {
      return await play(remote(spec, name), name.split(/[\s.]/)[0]!, attempt.signal)
    } catch (error) {
      if (wasOpen) put({ ...targets.get(spec)!, state: 'failed', step: null, error: toErrorValue(error) })
      else if (targets.delete(spec)) emit('targetClosed', { targetId: spec })
      throw error
    } finally {
      attempts.delete(spec)
    }
  }

  return {
    list: () => [...targets.values()],
    async open(spec) {
      const known = targets.get(spec)
      if (known?.state === 'connected') {
        await new Promise((resolve) => setTimeout(resolve, 150))
        failWhenOpened()
        return known
      }
      return connect(spec)
    },
    close(targetId) {
      attempts.get(targetId)?.abort()
      if (targets.delete(targetId)) emit('targetClosed', { targetId })
    },
    retry: (targetId) => void connect(targetId).catch(() => undefined),
    async elevate(targetId) {
      await new Promise((resolve) => setTimeout(resolve, 600))
      const info = targets.get(targetId)!
      if (targetId.includes('db')) throw new AppError('permission-denied', 'sudo: a password is required')
      put({ ...info, capabilities: { ...info.capabilities, elevate: false } })
    },
    answer(promptId, answer) {
      asked.get(promptId)?.(answer)
      asked.delete(promptId)
      emit('promptClosed', { promptId })
    },
    explain(host) {
      if (/^-|[\s$;]/.test(host)) throw new AppError('invalid', `not a host: ${host}`)
      const [user, hostname] = host.includes('@') ? host.split('@') : ['deploy', host]
      return {
        hostname: `${hostname!}.example.net`,
        user: user!,
        port: 22,
        proxyJump: host.startsWith('prod') ? 'bastion' : null,
      }
    },
    hosts: [
      ...[...createCrowd(8).map(({ label }) => label), 'key', 'password', 'hang', 'refused'].map(
        (name) => ({ name, source: 'config' }) as const,
      ),
      { name: '10.2.0.9', source: 'known_hosts' },
      { name: 'git.example.net', source: 'known_hosts' },
    ],
    samples(base) {
      tick++
      const total = base.memTotalBytes ?? 0
      return [...targets.values()]
        .filter(({ state }) => state === 'connected')
        .map((info, index) => ({
          targetId: info.id,
          sample:
            info.id === 'local'
              ? base
              : {
                  ...base,
                  memAvailableBytes:
                    total * (((index * 37) % 71) / 100 + 0.02 + 0.01 * Math.sin(tick + index)),
                },
        }))
    },
  }
}
