import { gunzipSync, gzipSync } from 'node:zlib'
import type { GzipCodec } from '#core/snapshot/scrub-profile'

/** Of one profile, inflated: far more than a heap profile has. */
const maxUnpackedBytes = 256 * 2 ** 20

/** For profiles, in a thread of their own or a program that does nothing else meanwhile. */
export const nodeGzip: GzipCodec = {
  unpack: (bytes) => gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }),
  pack: (bytes) => gzipSync(bytes),
}
