import { AppError } from '../errors'
import { isWordCode, type CharTest } from './go-pattern-classes'
import { badPattern, type Assertion, type PatternNode } from './go-pattern-node'
import { parseGoPattern } from './go-pattern-syntax'

/** A regular expression of Go. */
export interface GoPattern {
  /** Does it match somewhere in the text? Throws AppError `too-large` when all texts together took too long. */
  test(text: string): boolean
}

type Step =
  | { kind: 'char'; test: CharTest }
  | { kind: 'assert'; what: Assertion }
  | { kind: 'split'; other: number }
  | { kind: 'jump'; to: number }
  | { kind: 'match' }

const maxSteps = 20_000
/** Of one pattern over all its texts: a few seconds. */
const maxWork = 100_000_000

/**
 * Compiles a regular expression as Go's `regexp` takes it. Every text is read once, all ways at the same time, so that
 * no pattern can take exponential time. Throws AppError `invalid`.
 */
export function compileGoPattern(pattern: string): GoPattern {
  const steps: Step[] = []
  compile(parseGoPattern(pattern), steps)
  steps.push({ kind: 'match' })
  const matcher = new Matcher(steps)
  // Most are plain names.
  return /^[\w/ -]+$/.test(pattern) ? { test: (text) => text.includes(pattern) } : matcher
}

function add(steps: Step[], step: Step): void {
  if (steps.length >= maxSteps) throw badPattern('too many repetitions')
  steps.push(step)
}

function compile(node: PatternNode, steps: Step[]): void {
  if (node.kind === 'char' || node.kind === 'assert') add(steps, node)
  else if (node.kind === 'sequence') for (const part of node.nodes) compile(part, steps)
  else if (node.kind === 'choice') compileChoice(node.nodes, steps)
  else {
    for (let count = 0; count < node.min; count++) compile(node.node, steps)
    if (node.max === null) compileLoop(node.node, steps)
    else for (let count = node.min; count < node.max; count++) compileOption(node.node, steps)
  }
}

function compileChoice(nodes: readonly PatternNode[], steps: Step[]): void {
  const exits: { kind: 'jump'; to: number }[] = []
  for (const [index, node] of nodes.entries()) {
    const split = { kind: 'split' as const, other: 0 }
    const isLast = index === nodes.length - 1
    if (!isLast) add(steps, split)
    compile(node, steps)
    if (isLast) break
    const exit = { kind: 'jump' as const, to: 0 }
    add(steps, exit)
    exits.push(exit)
    split.other = steps.length
  }
  for (const exit of exits) exit.to = steps.length
}

function compileOption(node: PatternNode, steps: Step[]): void {
  const split = { kind: 'split' as const, other: 0 }
  add(steps, split)
  compile(node, steps)
  split.other = steps.length
}

function compileLoop(node: PatternNode, steps: Step[]): void {
  const start = steps.length
  const split = { kind: 'split' as const, other: 0 }
  add(steps, split)
  compile(node, steps)
  add(steps, { kind: 'jump', to: start })
  split.other = steps.length
}

/** Code points before and after a place in the text; -1: there is none. */
function holds(what: Assertion, before: number, after: number): boolean {
  switch (what) {
    case 'textStart':
      return before === -1
    case 'textEnd':
      return after === -1
    case 'lineStart':
      return before === -1 || before === 10
    case 'lineEnd':
      return after === -1 || after === 10
    default:
      return (isWordCode(before) !== isWordCode(after)) === (what === 'wordEdge')
  }
}

const opChar = 0
const opAssert = 1
const opSplit = 2
const opJump = 3
const opMatch = 4

const opOf = { char: opChar, assert: opAssert, split: opSplit, jump: opJump, match: opMatch } as const

class Matcher implements GoPattern {
  readonly #steps: readonly Step[]
  readonly #ops: Uint8Array
  /** Where a split or a jump leads. */
  readonly #targets: Int32Array
  /** By step: the place at which it was last reached, so that none is followed twice. */
  readonly #reachedAt: Float64Array
  readonly #stack: Int32Array
  #waiting: Int32Array
  #next: Int32Array
  #waitingCount = 0
  #place = 0
  #work = 0

  constructor(steps: readonly Step[]) {
    const { length } = steps
    this.#steps = steps
    this.#ops = Uint8Array.from(steps, ({ kind }) => opOf[kind])
    this.#targets = Int32Array.from(steps, (step) =>
      step.kind === 'split' ? step.other : step.kind === 'jump' ? step.to : 0,
    )
    this.#reachedAt = new Float64Array(length).fill(-1)
    // A step is left at most twice, and each way is on the stack once.
    this.#stack = new Int32Array(2 * length + 2)
    this.#waiting = new Int32Array(length)
    this.#next = new Int32Array(length)
  }

  test(text: string): boolean {
    let before = -1
    this.#waitingCount = 0
    for (let index = 0; ;) {
      const code = text.codePointAt(index) ?? -1
      if (this.#advance(before, code)) return true
      if (code === -1) return false
      this.#take(code)
      before = code
      index += code > 0xffff ? 2 : 1
    }
  }

  /** Keeps the ways that this character goes on with. */
  #take(code: number): void {
    let count = 0
    for (let at = 0; at < this.#waitingCount; at++) {
      const step = this.#steps[this.#waiting[at]!]!
      if (step.kind === 'char' && step.test(code)) this.#waiting[count++] = this.#waiting[at]! + 1
    }
    this.#waitingCount = count
  }

  /** Follows all ways up to where they take a character. True: one of them matched. */
  #advance(before: number, after: number): boolean {
    const place = this.#place++
    const next = this.#next
    let count = 0
    // A match may begin anywhere.
    for (let way = -1; way < this.#waitingCount; way++) {
      count = this.#follow(way === -1 ? 0 : this.#waiting[way]!, place, before, after, next, count)
      if (count === -1) return true
    }
    this.#next = this.#waiting
    this.#waiting = next
    this.#waitingCount = count
    return false
  }

  /** How many ways wait now; -1: it matched. */
  #follow(
    start: number,
    place: number,
    before: number,
    after: number,
    next: Int32Array,
    count: number,
  ): number {
    const stack = this.#stack
    let depth = 0
    stack[depth++] = start
    while (depth > 0) {
      const at = stack[--depth]!
      if (this.#reachedAt[at] === place) continue
      this.#reachedAt[at] = place
      if (++this.#work > maxWork) throw tooSlow()
      const op = this.#ops[at]!
      if (op === opMatch) return -1
      if (op === opChar) next[count++] = at
      else if (op === opJump) stack[depth++] = this.#targets[at]!
      else if (op === opSplit) {
        stack[depth++] = this.#targets[at]!
        stack[depth++] = at + 1
      } else {
        const step = this.#steps[at]!
        if (step.kind === 'assert' && holds(step.what, before, after)) stack[depth++] = at + 1
      }
    }
    return count
  }
}

function tooSlow(): AppError {
  return new AppError('too-large', 'the regular expression takes too long', { hint: 'profile.slowPattern' })
}
