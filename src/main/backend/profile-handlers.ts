import type { BackendMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import type { ProcessKey } from '#core/process-key'
import type { Watch } from '../sampling/sampler'
import type { BackendCore } from './backend'
import { backendSchemas as schemas, validateWith } from './validation'

type ProfileMethods = Pick<
  BackendMethods,
  'profile.fetch' | 'profile.every' | 'profile.list' | 'profile.bytes' | 'profile.remove'
>

/** `watchOf` throws AppError `invalid` for a process that this window does not watch. */
export function createProfileHandlers(
  core: BackendCore,
  watchOf: (targetId: string, key: ProcessKey) => Watch,
): Handlers<ProfileMethods> {
  const { profiles, replays } = core
  return {
    'profile.fetch': {
      validate: validateWith(schemas.process),
      handle: ({ targetId, key }) => profiles.fetch(targetId, key, watchOf(targetId, key)),
    },
    'profile.every': {
      validate: validateWith(schemas.profileEvery),
      async handle({ targetId, key, minutes }) {
        await profiles.every(targetId, key, core.get(targetId).sampler, minutes)
        return null
      },
    },
    'profile.list': {
      validate: validateWith(schemas.nothing),
      handle: () => [...profiles.list(), ...replays.profiles()],
    },
    'profile.bytes': {
      validate: validateWith(schemas.profile),
      handle: ({ id }) => replays.profileBytes(id) ?? profiles.get(id).bytes,
    },
    'profile.remove': {
      validate: validateWith(schemas.profile),
      handle({ id }) {
        if (!replays.removeProfile(id)) profiles.remove(id)
        return null
      },
    },
  }
}
