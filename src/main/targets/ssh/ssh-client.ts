import { execFile } from 'node:child_process'
import { AppError } from '#core/errors'
import { formatSshDestination, type SshDestination } from '#core/ssh/parse-ssh-host'
import { parseSshSettings, type SshSettings } from '#core/ssh/parse-ssh-meaning'
import { createError } from './ssh-errors'

/** The system's ssh program. */
export interface SshClient {
  readonly path: string
  /** `-F file`: tests only; a person's own configuration is read otherwise. */
  readonly configPath: string | null
  /** Major × 100 + minor; 704 where it says nothing that is known. */
  readonly version: number
  /** Windows' port has no ControlMaster, and no script can be its SSH_ASKPASS. */
  readonly hasMux: boolean
}

const timeoutMs = 5000
const maxOutputBytes = 256 * 1024

/** Asks ssh for its version. Rejects with AppError `unsupported` where there is no ssh, or it does not answer. */
export async function findSshClient(
  options: { sshPath?: string; configPath?: string; signal?: AbortSignal } = {},
): Promise<SshClient> {
  const path = options.sshPath ?? 'ssh'
  const { stderr } = await run(path, ['-V'], options.signal)
  const match = /OpenSSH(?:_for_Windows)?_(\d{1,3})\.(\d{1,3})/.exec(stderr)
  return {
    path,
    configPath: options.configPath ?? null,
    version: match === null ? 704 : Number(match[1]) * 100 + Number(match[2]),
    hasMux: process.platform !== 'win32',
  }
}

/** Where ssh is told to go: the last arguments of every command line. */
export function toDestinationArguments(destination: SshDestination): string[] {
  const { user, host, port } = destination
  return [
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    // What follows is a host, whatever it looks like.
    '--',
    host,
  ]
}

/** What the person's configuration makes of a host, by `ssh -G`. Rejects with AppError `invalid` (a hint has ssh's words). */
export async function readSshSettings(
  client: SshClient,
  destination: SshDestination,
  signal?: AbortSignal,
): Promise<SshSettings> {
  const config = client.configPath === null ? [] : ['-F', client.configPath]
  const { code, stdout, stderr } = await run(
    client.path,
    [...config, '-G', ...toDestinationArguments(destination)],
    signal,
  )
  if (code === 0) return parseSshSettings(stdout)
  const text = stderr.trim().split('\n').slice(0, 3).join(' ')
  throw createError('invalid', 'config-error', { host: formatSshDestination(destination) }, { text })
}

function run(
  path: string,
  args: string[],
  signal: AbortSignal | undefined,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: maxOutputBytes, killSignal: 'SIGKILL', signal } as const
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      if (signal?.aborted === true) return reject(new AppError('cancelled', 'given up'))
      const context = { host: args.at(-1) ?? '' }
      if (error === null) return resolve({ code: 0, stdout, stderr })
      if (error.code === 'ENOENT') return reject(createError('unsupported', 'ssh-missing', context))
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr })
      if (String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        return reject(createError('unsupported', 'ssh-flood', context))
      if (error.killed === true) return reject(createError('unsupported', 'ssh-stuck', context))
      reject(createError('unsupported', 'ssh-broken', context, { text: String(error.code ?? error.signal) }))
    })
    child.stdin?.end()
  })
}
