const maxLineBytes = 64 * 1024

/** Splits bytes at newlines into texts without them; what is over 64 KiB of one line is dropped. */
export function createLineSplitter(emit: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let length = 0
  function add(part: Buffer): void {
    const room = maxLineBytes - length
    if (room <= 0 || part.length === 0) return
    parts.push(part.subarray(0, room))
    length += Math.min(part.length, room)
  }
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      add(chunk.subarray(start, end))
      const line = Buffer.concat(parts).toString('utf8')
      parts = []
      length = 0
      start = end + 1
      emit(line)
    }
    add(chunk.subarray(start))
  }
}
