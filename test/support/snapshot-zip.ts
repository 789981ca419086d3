import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'

/** The parts of a file that another program reads. */
export function unzip(bytes: Uint8Array): Map<string, Buffer> {
  const file = Buffer.from(bytes)
  const parts = new Map<string, Buffer>()
  const end = file.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  let at = file.readUInt32LE(end + 16)
  for (let index = 0; index < file.readUInt16LE(end + 10); index++) {
    const [method, packed, nameLength] = [
      file.readUInt16LE(at + 10),
      file.readUInt32LE(at + 20),
      file.readUInt16LE(at + 28),
    ]
    const local = file.readUInt32LE(at + 42)
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const content = file.subarray(from, from + packed)
    const name = file.subarray(at + 46, at + 46 + nameLength).toString()
    parts.set(name, method === 8 ? inflateRawSync(content) : content)
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return parts
}

/** A file of these parts, with a manifest that fits unless it is given. */
export async function zipOf(
  parts: Map<string, Buffer>,
  manifest?: (own: Record<string, unknown>) => unknown,
): Promise<Buffer> {
  const zip = new ZipFile()
  const own = JSON.parse(parts.get('manifest.json')?.toString() ?? '{}') as Record<string, unknown>
  const others = [...parts].filter(([name]) => name !== 'manifest.json')
  own['parts'] = others.map(([name, bytes]) => ({
    name,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))
  for (const [name, bytes] of others) zip.addBuffer(bytes, name)
  zip.addBuffer(Buffer.from(JSON.stringify(manifest === undefined ? own : manifest(own))), 'manifest.json')
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
