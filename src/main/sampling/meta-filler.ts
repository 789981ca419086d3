import { AppError } from '#core/errors'
import { parsePidCmdline } from '#core/procfs/cmdline'
import type { ReadResult, Target } from '../targets/target'
import { toIdentityRead, type Executables } from './executables'
import { parseAnswer, toFileRead } from './read-text'
import type { ProcessRow, RowStore } from './row-store'
import type { SourcePlan } from './table-sources'
import type { UserNames } from './user-names'

/** cmdline waits for the process's mmap lock: one that is stuck must not hold up the others for long. */
const timeoutMs = 1000
const rowsAtOnce = 8
/** Over a link each batch costs a round trip, and more fits into one. */
const remoteRowsAtOnce = 48
/** The Uid line stands in here: before it are the name (at most 64 bytes, escaped) and a few numbers. */
const statusHeadBytes = 512
/** A young process may still be before its exec: it is looked at once more. */
const secondLookMs = 3000

/** Learns what a row's stat does not say: command line, user, and whether a Go toolchain built it. */
export interface MetaFiller {
  /** The users of at most `most` rows whose user is not known. status waits for no lock, so it rides along with a poll. */
  planUsers(rows: readonly ProcessRow[], visibleRowIds: ReadonlySet<number>, most: number): SourcePlan
  /** Reads command line and executable of rows that are due, those in view first, until budgetMs have passed. */
  fill(rows: readonly ProcessRow[], visibleRowIds: ReadonlySet<number>, budgetMs: number): Promise<void>
}

export function createMetaFiller(
  target: Target,
  store: RowStore,
  users: UserNames,
  executables: Executables,
): MetaFiller {
  async function fillRows(rows: readonly ProcessRow[]): Promise<void> {
    const programs = rows.filter((row) => !row.isKernelThread)
    const answers = await target.read(
      programs.flatMap(({ pid }) => [toFileRead(`/proc/${pid}/cmdline`, 4096), toIdentityRead(pid)]),
      { timeoutMs },
    )
    await Promise.all(
      programs.map((row, index) => fillProgram(row, answers[index * 2], answers[index * 2 + 1])),
    )
    for (const row of rows) {
      if (row.isKernelThread) {
        row.cmdline = []
        row.isGo = false
      }
      row.metaReads++
      row.metaDueAtMs = row.isOld || row.metaReads > 1 ? Infinity : performance.now() + secondLookMs
      // A program that was started anew may have another user, too.
      if (row.metaReads > 1) row.isUserDue = true
      store.touchMeta(row)
    }
  }

  async function fillProgram(
    row: ProcessRow,
    cmdline: ReadResult | undefined,
    identity: ReadResult | undefined,
  ): Promise<void> {
    row.cmdline = cmdline?.ok === true ? parsePidCmdline(cmdline.value.bytes) : null
    const facts = await executables.readGoFacts(row, identity)
    const known = facts instanceof AppError ? null : facts
    row.isGo = known?.isGo ?? null
    row.goVersion = known?.goVersion ?? null
    row.goModule = known?.goModule ?? null
    row.isRaceBuild = known?.isRaceBuild ?? null
  }

  return {
    planUsers(rows, visibleRowIds, most) {
      const due = rows.filter((row) => row.isUserDue)
      const isFirst = (row: ProcessRow): boolean => visibleRowIds.has(row.rowId)
      const planned =
        due.length <= most
          ? due
          : [...due.filter(isFirst), ...due.filter((row) => !isFirst(row))].slice(0, most)
      return {
        reads: planned.map(({ pid }) => toFileRead(`/proc/${pid}/status`, statusHeadBytes)),
        accept(results) {
          for (const [index, row] of planned.entries()) {
            row.isUserDue = false
            const uid = parseAnswer(results[index], toUid)
            if (uid === null || uid === row.uid) continue
            row.uid = uid
            row.user = users(uid)
            store.touchMeta(row)
          }
        },
      }
    },
    async fill(rows, visibleRowIds, budgetMs) {
      const startMs = performance.now()
      const due = rows.filter((row) => row.metaDueAtMs <= startMs)
      const first = due.filter((row) => visibleRowIds.has(row.rowId))
      const ordered = [...first, ...due.filter((row) => !visibleRowIds.has(row.rowId))]
      const size = target.capabilities.remote ? remoteRowsAtOnce : rowsAtOnce
      for (let at = 0; at < ordered.length && performance.now() - startMs < budgetMs; at += size) {
        await fillRows(ordered.slice(at, at + size))
      }
    },
  }
}

/** The real user of a status file's beginning; nothing else is looked at. Throws when there is none. */
function toUid(statusText: string): number {
  const uid = /^Uid:\s+(\d+)\s/m.exec(statusText)?.[1]
  if (uid === undefined) throw new RangeError('no Uid line')
  return Number(uid)
}
