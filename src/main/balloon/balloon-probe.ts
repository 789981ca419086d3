import balloonScript from '../../../assets/balloon.sh?raw'
import type { PlanRefusal } from '#core/balloon/types'
import type { Target } from '../targets/target'

const probeTimeoutMs = 10_000
/** A session of its own has to be opened first. */
const remoteProbeTimeoutMs = 25_000
/** What ssh says when the host gives no further session (MaxSessions). */
const noSessionPattern =
  /session (open refused|request failed)|no more sessions|open failed: (administratively|connect)/i

/** What the script found on the target. */
export interface ProbeResult {
  canJoin: boolean
  /** Speed of one dd that filled fresh memory; null: not measured. */
  bytesPerSecond: number | null
  refusal: PlanRefusal | null
}

/** Runs the balloon's script in its probe mode: fills `bytes` once (0: does not) and gives it back at once. */
export function probeTarget(target: Target, bytes: number, joinFile: string | null): Promise<ProbeResult> {
  const args = ['probe', `bytes=${bytes}`, ...(joinFile === null ? [] : [`join=${joinFile}`])]
  return new Promise((resolve) => {
    const script = target.runScript(balloonScript, args)
    let beganMs: number | null = null
    let found: ProbeResult = { canJoin: false, bytesPerSecond: null, refusal: 'no-shell' }
    const timer = setTimeout(
      () => script.end(0),
      target.capabilities.remote ? remoteProbeTimeoutMs : probeTimeoutMs,
    )
    script.onLine((line) => {
      const begin = /^probe begin joins=(yes|no)$/.exec(line)
      if (begin !== null) {
        beganMs = performance.now()
        found = { canJoin: begin[1] === 'yes', bytesPerSecond: null, refusal: null }
      }
      if (line === 'probe end status=0' && beganMs !== null && bytes > 0) {
        found.bytesPerSecond = Math.round((bytes / Math.max(1, performance.now() - beganMs)) * 1000)
      }
      if (line.startsWith('end reason=unsupported-shell ')) found.refusal = 'small-shell'
      if (line.startsWith('end reason=no-dd ')) found.refusal = 'no-dd'
      if (line.startsWith('end reason=no-proc ')) found.refusal = 'not-linux'
    })
    script.onExit(({ stderr }) => {
      clearTimeout(timer)
      if (found.refusal === 'no-shell' && noSessionPattern.test(stderr)) found.refusal = 'one-session'
      resolve(found)
    })
  })
}
