import type { Target } from '../targets/target'
import { openCgroupReader, type CgroupReader } from './cgroup-reader'
import { readUserNames, type UserNames } from './user-names'

/** What is read once of a host and used by all: the names of its users, and where its cgroups are mounted. */
export interface HostKnowledge {
  readonly users: UserNames
  readonly cgroups: CgroupReader
  /** Reads all of it again: after a reboot it may be other. What could not be read stays as it was. */
  reread(): Promise<void>
}

export async function openHostKnowledge(target: Target): Promise<HostKnowledge> {
  const read = () => Promise.all([readUserNames(target), openCgroupReader(target)])
  let [users, cgroups] = await read()
  return {
    users: (uid) => users(uid),
    cgroups: {
      toPlace: (pidCgroupText) => cgroups.toPlace(pidCgroupText),
      toReads: (place) => cgroups.toReads(place),
      toSample: (place, results) => cgroups.toSample(place, results),
    },
    async reread() {
      ;[users, cgroups] = await read().catch(() => [users, cgroups] as const)
    },
  }
}
