import type { GoBuild } from '../metrics/samples'
import type { GoBuildInfo } from './build-info'

/** The facts of a Go executable's build. What is not recorded (most of it before Go 1.18) is null. */
export function toGoBuild(info: GoBuildInfo): GoBuild {
  const { settings } = info
  const setting = (name: string): string | null =>
    Object.hasOwn(settings, name) ? (settings[name] ?? null) : null
  return {
    mainPackage: info.mainPackage,
    moduleVersion: info.moduleVersion,
    settings,
    vcsRevision: setting('vcs.revision'),
    vcsTime: setting('vcs.time'),
    vcsModified: toFlag(setting('vcs.modified'), 'true', 'false'),
    isCgo: toFlag(setting('CGO_ENABLED'), '1', '0'),
    isStripped: info.isStripped,
    arch: setting('GOARCH') ?? info.arch,
    // Not recorded before Go 1.20.
    buildMode: setting('-buildmode') ?? info.kind,
  }
}

function toFlag(text: string | null, yes: string, no: string): boolean | null {
  return text === yes ? true : text === no ? false : null
}
