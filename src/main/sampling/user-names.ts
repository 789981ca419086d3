import { parsePasswd } from '#core/procfs/passwd'
import type { Target } from '../targets/target'
import { parseAnswer } from './read-text'

/** Names of users by uid as the target's /etc/passwd gives them; null for one that only a directory service knows. */
export type UserNames = (uid: number) => string | null

/** Reads /etc/passwd of the target once. Never rejects: without it no uid has a name. */
export async function readUserNames(target: Target): Promise<UserNames> {
  const [answer] = await target.read([
    { kind: 'file', path: '/etc/passwd', maxBytes: 4 * 1024 * 1024, mayCut: true },
  ])
  const names = parseAnswer(answer, parsePasswd)
  return (uid) => names?.get(uid) ?? null
}
