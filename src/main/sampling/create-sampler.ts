import type { Target } from '../targets/target'
import { openProcSampler, type ProcSamplerOptions } from './proc-sampler'
import type { Sampler } from './sampler'
import { openSystemInfoSampler } from './system-info-sampler'

/** The sampler that fits a target: /proc where it is Linux, else the operating system's own process list. */
export async function createSampler(target: Target, options: ProcSamplerOptions = {}): Promise<Sampler> {
  return target.host.os === 'linux'
    ? openProcSampler(target, options)
    : openSystemInfoSampler(target, options)
}
