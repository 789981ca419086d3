import LibsqlDatabase from 'libsql'
import type { Database } from './open-database'
import { minuteTable, migrations, streamIds } from './schema'
import { asBytes, textOf } from './stored-value'

/** How each table and index was made. */
type SchemaTexts = Map<string, string>

let own: SchemaTexts | null = null

/** Throws RangeError when a table or an index is not there, or is another one than the migrations make. */
export function checkSchema(db: Database): void {
  own ??= readOwn()
  const found = readSchema(db)
  const growing = new Set<string>(streamIds.map(minuteTable))
  for (const [name, text] of own) {
    const there = found.get(name)
    if (there === undefined) throw new RangeError(`without ${name}`)
    if (there !== text && !growing.has(name)) throw new RangeError(`another ${name}`)
  }
  // libsql ends the whole program at the name or the type of a column that is no UTF-8.
  // eslint-disable-next-line no-control-regex
  for (const [name, text] of found) if (/[^\x09-\x7e]/.test(name + text)) throw new RangeError('broken names')
}

function readOwn(): SchemaTexts {
  const db = new LibsqlDatabase(':memory:')
  try {
    for (const step of migrations) step(db)
    return readSchema(db)
  } finally {
    db.close()
  }
}

function readSchema(db: Database): SchemaTexts {
  const rows = db.prepare(`SELECT ${asBytes('name')}, ${asBytes('sql')} FROM sqlite_master`).all() as {
    name: unknown
    sql: unknown
  }[]
  // SQLite keeps the text as it was written, with how its lines were broken then.
  return new Map(rows.map(({ name, sql }) => [textOf(name), textOf(sql).replaceAll(/\s+/g, ' ')]))
}
