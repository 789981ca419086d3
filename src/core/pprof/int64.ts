/** A float as a signed 64-bit number, cut to whole; what does not fit becomes the smallest, as amd64 does it. */
export function toInt64(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}

/** The absolute value; that of the smallest number is itself, as in Go. */
export function absInt64(value: bigint): bigint {
  return value < 0n ? BigInt.asIntN(64, -value) : value
}
