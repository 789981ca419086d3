import { brokenProfile } from './profile-errors'

/** Where the thing with an id stands in its list. Ids are 64 bits, mostly 1, 2, 3 … */
export class IdTable {
  readonly #what: string
  readonly #dense: Int32Array
  readonly #sparse = new Map<bigint, number>()

  constructor(what: string, count: number) {
    this.#what = what
    this.#dense = new Int32Array(count + 1).fill(-1)
  }

  /** Throws AppError `parse` for id 0, which is none, and for one that is there. */
  add(id: number | bigint, index: number): void {
    const id64 = BigInt.asUintN(64, BigInt(id))
    if (id64 === 0n) throw brokenProfile(`a ${this.#what} has the reserved id 0`)
    if (id64 < this.#dense.length) {
      const at = Number(id64)
      if (this.#dense[at] !== -1) throw brokenProfile(`two ${this.#what}s have the id ${id64}`)
      this.#dense[at] = index
      return
    }
    if (this.#sparse.has(id64)) throw brokenProfile(`two ${this.#what}s have the id ${id64}`)
    this.#sparse.set(id64, index)
  }

  /** By the two halves of an id; -1: there is none. */
  find(low: number, high: number): number {
    const at = low >>> 0
    if (high === 0 && at < this.#dense.length) return this.#dense[at]!
    if (this.#sparse.size === 0) return -1
    return this.#sparse.get(BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(at))) ?? -1
  }

  /** By the whole id; -1: there is none. */
  findId(id: number | bigint): number {
    const id64 = BigInt.asIntN(64, BigInt(id))
    return this.find(Number(id64 & 0xffffffffn), Number(id64 >> 32n))
  }
}
