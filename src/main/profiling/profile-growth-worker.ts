import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue } from '#core/errors'
import { decodeProfile } from '#core/pprof/decode-profile'
import { prepareProfile } from '#core/pprof/prepare-profile'
import { toProfileGrowth } from '#core/pprof/profile-growth'
import type { Profile } from '#core/pprof/profile'
import type { GrowthAnswer, GrowthQuestion, GrowthSide } from './read-profile-growth'

// A thread of its own: unpacking and reading two profiles takes up to seconds, and polls go on meanwhile.
async function answer({ first, newest }: GrowthQuestion): Promise<GrowthAnswer> {
  try {
    return { ok: true, value: toProfileGrowth(await read(first), await read(newest)) }
  } catch (error) {
    return { ok: false, error: toErrorValue(error) }
  }
}

/** As the tables of the window show it. */
async function read({ bytes, atMs }: GrowthSide): Promise<{ profile: Profile; atMs: number }> {
  return { profile: prepareProfile(await decodeProfile(bytes)), atMs }
}

parentPort?.postMessage(await answer(workerData as GrowthQuestion))
