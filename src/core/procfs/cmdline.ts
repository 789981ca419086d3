/**
 * /proc/PID/cmdline (proc(5)): the arguments, cut after maxBytes; empty for kernel threads and zombies. A program may
 * have written over it (setproctitle): then it is often one text with a tail of NULs, which are dropped, and so is an
 * empty last argument. Invalid UTF-8 becomes U+FFFD. Never throws.
 */
export function parsePidCmdline(bytes: Uint8Array, maxBytes = 4096): string[] {
  let stop = Math.min(bytes.length, maxBytes)
  while (stop > 0 && bytes[stop - 1] === 0) stop--
  if (stop === 0) return []
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, stop)).split('\0')
}
