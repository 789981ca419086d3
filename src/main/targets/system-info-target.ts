import { arch, cpus, hostname, platform, release } from 'node:os'
import { AppError, fail } from '#core/errors'
import { unknownKernelMemory } from '#core/metrics/kernel-memory'
import type { HostFacts } from '#core/metrics/samples'
import { alwaysConnected } from './always-connected'
import { openSocket } from './local-socket'
import type { Target } from './target'

/**
 * This machine, when it is no Linux: there is no /proc, so every raw read is `unsupported`, and the sampler asks the
 * operating system's own process list instead. Must be disposed.
 */
export function openSystemInfoTarget(): Target {
  const unsupported = fail('unsupported', `there is no /proc on ${platform()}`)
  return {
    id: 'local',
    spec: 'local',
    label: hostname(),
    host: readHostFacts(),
    capabilities: {
      live: true,
      seek: false,
      smaps: false,
      pressure: false,
      cgroup: false,
      endpoint: true,
      balloon: false,
      elevate: false,
      remote: false,
    },
    ...alwaysConnected,
    poll: (request) =>
      Promise.resolve({
        atMs: Date.now(),
        costMs: 0,
        stat: null,
        reads: request.reads.map(() => unsupported),
      }),
    read: (requests) => Promise.resolve(requests.map(() => unsupported)),
    connect: openSocket,
    runScript() {
      throw new AppError('unsupported', `no scripts on ${platform()}`)
    },
    dispose: () => Promise.resolve(),
  }
}

function readHostFacts(): HostFacts {
  const name = platform()
  return {
    hostname: hostname(),
    kernelRelease: release(),
    os: name === 'linux' || name === 'darwin' || name === 'win32' ? name : 'other',
    arch: arch(),
    bootId: null,
    pageSizeBytes: arch() === 'arm64' && name === 'darwin' ? 16_384 : 4096,
    clockTicksPerSecond: 100,
    cpuCount: cpus().length,
    thpEnabled: null,
    thpDefrag: null,
    kernelMemory: unknownKernelMemory,
    cgroupVersion: null,
    uid: process.getuid?.() ?? null,
  }
}
