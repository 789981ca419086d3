/**
 * Inodes of the sockets among the links of /proc/PID/fd (`socket:[1234]`), to be looked up in net/tcp. Other links are
 * passed over. Never throws.
 */
export function socketInodes(links: readonly (readonly [string, string])[]): Set<number> {
  const inodes = new Set<number>()
  for (const [, destination] of links) {
    const match = /^socket:\[([0-9]{1,15})\]$/.exec(destination)
    if (match) inodes.add(Number(match[1]))
  }
  return inodes
}
