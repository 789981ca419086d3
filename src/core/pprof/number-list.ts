import { oversizedProfile } from './profile-errors'

/** A growing list of unsigned 32-bit numbers that stops at a limit. */
export class NumberList {
  length = 0
  #numbers = new Uint32Array(1024)
  readonly #what: string
  readonly #limit: number

  constructor(what: string, limit: number) {
    this.#what = what
    this.#limit = limit
  }

  /** Throws AppError `too-large` at the limit. */
  push(value: number): void {
    if (this.length === this.#numbers.length) this.#grow()
    this.#numbers[this.length++] = value
  }

  at(index: number): number {
    return this.#numbers[index]!
  }

  /** The numbers themselves; the list is not used after it. */
  finish(): Uint32Array {
    return this.#numbers.subarray(0, this.length)
  }

  #grow(): void {
    if (this.length >= this.#limit) throw oversizedProfile(`over ${this.#limit} ${this.#what}`)
    const grown = new Uint32Array(Math.min(this.#limit, 2 * this.length))
    grown.set(this.#numbers)
    this.#numbers = grown
  }
}
