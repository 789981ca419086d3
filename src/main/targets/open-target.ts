import { platform } from 'node:os'
import { AppError } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import { openLocalTarget } from './local-target'
import type { ConnectPrompter } from './ssh/connect-prompter'
import { openSystemInfoTarget } from './system-info-target'
import type { ShellTargetOptions } from './shell/shell-target'
import type { Target } from './target'

const maxSpecLength = 4096

export interface OpenTargetOptions {
  /** Who is asked for passwords and host keys. Without one the terminal is, where there is one; else nobody. */
  prompter?: ConnectPrompter
  onStep?: (step: ConnectStep) => void
  /** Ends the attempt to connect: AppError `cancelled`. */
  signal?: AbortSignal
  /** Other time limits than the usual ones; for tests. */
  limits?: Pick<ShellTargetOptions, 'pollTimeoutMs' | 'tickSeconds' | 'probeTimeoutMs'> | undefined
}

/**
 * Opens what a person named: `local`, `ssh:HOST` or `exec:COMMAND`. Rejects with AppError: `invalid` for anything else and
 * for control characters, else as the link says. The target must be disposed.
 */
export async function openTarget(spec: string, options: OpenTargetOptions = {}): Promise<Target> {
  if (spec === 'local') return platform() === 'linux' ? openLocalTarget() : openSystemInfoTarget()
  const { prompter, onStep, signal, limits } = options
  const [, kind, name = ''] = /^(ssh|exec):([^]+)$/.exec(spec) ?? []
  // eslint-disable-next-line no-control-regex -- they have no place in a name or a command, and could fake one when shown
  if (kind === undefined || spec.length > maxSpecLength || /[\u0000-\u001f\u007f-\u009f]/.test(spec)) {
    throw new AppError('invalid', 'not a target', {
      hint: 'error.target-invalid',
      params: { spec: spec.slice(0, 100) },
    })
  }
  // Loaded when somebody wants it: most people begin with this machine.
  const { openShellTarget } = await import('./shell/shell-target')
  if (kind === 'exec') {
    const { openExecLink } = await import('./exec/exec-link')
    const link = openExecLink(name)
    return openShellTarget({
      spec,
      label: name,
      link,
      isRemote: !isThisMachine(name),
      onStep,
      signal,
      ...limits,
    })
  }
  const { openSshLink } = await import('./ssh/ssh-link')
  const link = openSshLink(name, {
    ...(prompter === undefined ? {} : { prompter }),
    ...(onStep === undefined ? {} : { onStep }),
    ...(signal === undefined ? {} : { signal }),
  })
  return openShellTarget({ spec, label: name, link, isRemote: true, onStep, signal, ...limits })
}

/** A plain shell is of this machine; whatever else a command leads to is taken for another one. */
function isThisMachine(command: string): boolean {
  return /^(?:\/(?:usr\/)?bin\/)?(?:sh|bash|dash|ksh|mksh|zsh|busybox sh|sudo -n (?:sh|bash))$/.test(
    command.trim(),
  )
}
