import { platform } from 'node:os'
import { AppError } from '#core/errors'
import { openLocalTarget } from './local-target'
import { openSystemInfoTarget } from './system-info-target'
import type { Target } from './target'

/**
 * Opens what a person named: `local`, `ssh:HOST` or `exec:COMMAND`. Rejects with AppError `unsupported` for the kinds
 * that are not built yet (hint error.target-not-yet) and `invalid` for anything else. The target must be disposed.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- a remote target has to connect first
export async function openTarget(spec: string): Promise<Target> {
  if (spec === 'local') return platform() === 'linux' ? openLocalTarget() : openSystemInfoTarget()
  if (/^(ssh|exec):./.test(spec)) {
    throw new AppError('unsupported', `${spec.slice(0, spec.indexOf(':'))} targets are not there yet`, {
      hint: 'error.target-not-yet',
      params: { spec },
    })
  }
  throw new AppError('invalid', `not a target: ${spec}`, { hint: 'error.target-invalid', params: { spec } })
}
