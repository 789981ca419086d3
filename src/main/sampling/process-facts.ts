import { AppError } from '#core/errors'
import { goMadvisePolicy } from '#core/go/madvise-policy'
import type { HostFacts, ProcessFacts, SourceId, AbsenceReason } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import { parsePidCmdline } from '#core/procfs/cmdline'
import { parsePidEnviron } from '#core/procfs/environ'
import { parsePidStat, type PidStat } from '#core/procfs/pid-stat'
import { parsePidStatus } from '#core/procfs/pid-status'
import type { Target } from '../targets/target'
import type { CgroupPlace, CgroupReader } from './cgroup-reader'
import type { GoFacts } from './go-source'
import { parseAnswer, toAbsence, toAnswerAbsence, toFileRead } from './read-text'
import type { UserNames } from './user-names'

const timeoutMs = 2000
const maxEnvironBytes = 1024 * 1024

export interface FactsReading {
  facts: ProcessFacts
  stat: PidStat
  cgroupPlace: CgroupPlace | null
}

/** What does not change while a process lives, but for its executable. Rejects with AppError `gone` when it ended. */
export async function readProcessFacts(
  target: Target,
  key: ProcessKey,
  users: UserNames,
  cgroups: CgroupReader,
): Promise<FactsReading> {
  const folder = `/proc/${key.pid}`
  const [cmdline, status, environ, exe, cgroup] = await target.read(
    [
      toFileRead(`${folder}/cmdline`, 64 * 1024),
      toFileRead(`${folder}/status`),
      toFileRead(`${folder}/environ`, maxEnvironBytes),
      { kind: 'link', path: `${folder}/exe` },
      toFileRead(`${folder}/cgroup`),
    ],
    { timeoutMs },
  )
  // stat comes last: when it still names this process, the others were read of it, too.
  const [stat] = await target.read([toFileRead(`${folder}/stat`)], { timeoutMs })
  if (stat?.ok === false && stat.error.code !== 'gone')
    throw new AppError(stat.error.code, stat.error.message)
  const pidStat = parseAnswer(stat, parsePidStat)
  if (pidStat?.startTimeTicks !== key.startTimeTicks)
    throw new AppError('gone', `process ${key.pid} has ended`)

  const uid = parseAnswer(status, parsePidStatus)?.uid ?? null
  const cgroupPlace = parseAnswer(cgroup, cgroups.toPlace)
  const absent: Partial<Record<SourceId, AbsenceReason>> = {}
  const note = (source: SourceId, reason: AbsenceReason | null): void => {
    if (reason !== null) absent[source] = pidStat.isKernelThread ? 'no-memory' : reason
  }
  note('status', uid === null ? toAnswerAbsence(status, null) : null)
  note('cgroup', cgroupPlace === null ? toAnswerAbsence(cgroup, null) : null)
  note('environ', environ?.ok === false ? toAbsence(environ.error) : null)
  note('exe', exe?.ok === false ? toAbsence(exe.error) : null)
  return {
    stat: pidStat,
    cgroupPlace,
    facts: {
      key,
      comm: pidStat.comm,
      cmdline: cmdline?.ok === true ? parsePidCmdline(cmdline.value.bytes, 64 * 1024) : null,
      uid,
      user: uid === null ? null : users(uid),
      exePath: parseAnswer(exe, (text) => text),
      cgroupPath: cgroupPlace?.path ?? null,
      isGo: pidStat.isKernelThread ? false : null,
      goVersion: null,
      goModule: null,
      isRaceBuild: null,
      goEnvironment: environ?.ok === true ? parsePidEnviron(environ.value.bytes) : null,
      madvise: 'unknown',
      madviseWhy: null,
      build: null,
      absent,
    },
  }
}

/** The facts with what the executable says; the reason in `absent.exe` when it said nothing. */
export function withGoFacts(facts: ProcessFacts, go: GoFacts | AppError, host: HostFacts): ProcessFacts {
  if (go instanceof AppError) {
    if (go.code === 'unsupported') return facts
    return { ...facts, absent: { ...facts.absent, exe: facts.absent.exe ?? toAbsence(go) } }
  }
  const policy = goMadvisePolicy({
    isGo: go.isGo,
    version: go.goVersion,
    godebug: facts.goEnvironment?.['GODEBUG'] ?? null,
    isEnvironmentKnown: facts.goEnvironment !== null,
    builtInGodebug: go.build?.settings['DefaultGODEBUG'] ?? null,
    kernel: host.kernelMemory,
    kernelRelease: host.kernelRelease,
  })
  return { ...facts, ...go, ...policy }
}
