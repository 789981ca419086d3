import { AppError } from '#core/errors'
import { parsePidCmdline } from '#core/procfs/cmdline'
import { parsePidStatus } from '#core/procfs/pid-status'
import type { Target } from '../targets/target'
import type { Executables } from './executables'
import { parseAnswer, toFileRead } from './read-text'
import type { ProcessRow, RowStore } from './row-store'
import type { UserNames } from './user-names'

/** cmdline waits for the process's mmap lock: one that is stuck must not hold up the others for long. */
const timeoutMs = 1000
const rowsAtOnce = 8
/** A young process may still be before its exec: it is looked at once more. */
const secondLookMs = 3000

/** Learns what a row's stat does not say: command line, user, and whether a Go toolchain built it. */
export interface MetaFiller {
  /** Reads rows that are due, those in view first, until budgetMs have passed. */
  fill(rows: readonly ProcessRow[], visibleRowIds: ReadonlySet<number>, budgetMs: number): Promise<void>
}

export function createMetaFiller(
  target: Target,
  store: RowStore,
  users: UserNames,
  executables: Executables,
): MetaFiller {
  async function fillRow(row: ProcessRow): Promise<void> {
    row.metaReads++
    row.metaDueAtMs = row.isOld || row.metaReads > 1 ? Infinity : performance.now() + secondLookMs
    const [status, cmdline] = await target.read(
      row.isKernelThread
        ? [toFileRead(`/proc/${row.pid}/status`)]
        : [toFileRead(`/proc/${row.pid}/status`), toFileRead(`/proc/${row.pid}/cmdline`, 4096)],
      { timeoutMs },
    )
    row.uid = parseAnswer(status, parsePidStatus)?.uid ?? row.uid
    row.user = row.uid === null ? null : users(row.uid)
    if (row.isKernelThread) {
      row.cmdline = []
      row.isGo = false
    } else {
      row.cmdline = cmdline?.ok === true ? parsePidCmdline(cmdline.value.bytes) : null
      const facts = await executables.readGoFacts(row)
      row.isGo = facts instanceof AppError ? null : facts.isGo
      row.goVersion = facts instanceof AppError ? null : facts.goVersion
    }
    store.touchMeta(row)
  }

  return {
    async fill(rows, visibleRowIds, budgetMs) {
      const startMs = performance.now()
      const due = rows.filter((row) => row.metaDueAtMs <= startMs)
      const first = due.filter((row) => visibleRowIds.has(row.rowId))
      const ordered = [...first, ...due.filter((row) => !visibleRowIds.has(row.rowId))]
      for (let at = 0; at < ordered.length && performance.now() - startMs < budgetMs; at += rowsAtOnce) {
        await Promise.all(ordered.slice(at, at + rowsAtOnce).map(fillRow))
      }
    },
  }
}
