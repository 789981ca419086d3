import type { SshHostChoice } from '#core/ipc/contract'

const mostShown = 50

/** Hosts whose name holds what is typed, those that begin with it first; all of them while nothing is typed. */
export function findHosts(hosts: readonly SshHostChoice[], typed: string): SshHostChoice[] {
  // `user@` says who, not where.
  const words = typed.trim().toLowerCase()
  const at = words.lastIndexOf('@')
  const wanted = words.slice(at + 1)
  const found = hosts.filter(({ name }) => name.toLowerCase().includes(wanted))
  const begins = ({ name }: SshHostChoice): number => (name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return found.sort((a, b) => begins(a) - begins(b)).slice(0, mostShown)
}

/** The chosen name in place of what was typed; a `user@` stays. */
export function withHost(typed: string, name: string): string {
  const at = typed.lastIndexOf('@')
  return at < 0 || name.includes('@') ? name : typed.slice(0, at + 1).trimStart() + name
}
