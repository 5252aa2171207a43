import { idAt } from '../../services/audit-ids.js'
import type { AuditStore } from '../../services/audit-store.js'
import type { AuditRecord, HourlyFigure } from '../../services/audit-trail.js'
import { type Database, type Statement, timeText } from './database.js'
import { removal } from './removal.js'

/** Few sizes, so that each is prepared once: how many rows one statement writes. */
const SIZES = [64, 8, 1]
/** SQLite counts so many in less than a millisecond. */
const LOOK_AT = 2000

const insertion = (rows: number): Statement => ({
  name: `audit_insert_${rows}`,
  sql: `INSERT INTO "AuditRecord" ("id", "at", "event", "outcome", "userId", "application", "administratorId",
                                       "sessionId", "requestId", "ip", "userAgent", "details")
        VALUES ${lists(rows, 12)} ON CONFLICT ("id") DO NOTHING`,
})
const addition = (rows: number): Statement => ({
  name: `hourly_figure_add_${rows}`,
  sql: `INSERT INTO "HourlyFigure" AS known ("hour", "figure", "name", "detail", "value")
        VALUES ${lists(rows, 5)} ON CONFLICT ("hour", "figure", "name", "detail") DO UPDATE SET "value" = CASE
          WHEN known."figure" <> 'signed_in' THEN known."value" + excluded."value"
          WHEN known."value" < excluded."value" THEN excluded."value" ELSE known."value" END`,
})
const INSERTIONS = SIZES.map((size) => ({ size, statement: insertion(size) }))
const ADDITIONS = SIZES.map((size) => ({ size, statement: addition(size) }))

/**
 * By the index on `userId` alone, without looking at the rows: as many sessions as one step looks at, and the others of
 * the last of their people.
 */
const COUNT_PEOPLE: Statement = {
  name: 'audit_count_people',
  sql: `SELECT max("userId") AS "last", count(*) AS "looked", count(DISTINCT "userId") AS "people"
        FROM "Session" WHERE "userId" > ? AND "userId" <= COALESCE(
          (SELECT "userId" FROM "Session" WHERE "userId" > ? ORDER BY "userId" LIMIT 1 OFFSET ${LOOK_AT - 1}),
          (SELECT max("userId") FROM "Session"))`,
}

/** The `AuditRecord` and `HourlyFigure` rows as they are written. */
export class SqlAuditStore implements AuditStore {
  readonly #database: Database
  readonly #removeRecords: Statement
  readonly #removeFigures: Statement

  constructor(database: Database) {
    this.#database = database
    const over = (table: string, key: string) =>
      removal({
        ...{ name: `${table}_remove_over`, table, key, which: `"${key}" < ? ORDER BY "${key}"` },
        skipLocked: database.skipLocked,
      })
    this.#removeRecords = over('AuditRecord', 'id')
    this.#removeFigures = over('HourlyFigure', 'hour')
  }

  insert(records: AuditRecord[]): Promise<void> {
    return this.#write(INSERTIONS, records.map(valuesOf))
  }

  add(figures: HourlyFigure[]): Promise<void> {
    const rows = figures.map(({ hour, figure, name, detail, value }) => [
      ...[timeText(hour), figure, name, detail],
      String(value),
    ])
    return this.#write(ADDITIONS, rows)
  }

  async removeSome(before: Date): Promise<number> {
    const removed = await this.#database.query(this.#removeRecords, [idAt(before.getTime())])
    if (removed.length > 0) return removed.length
    return (await this.#database.query(this.#removeFigures, [timeText(before)])).length
  }

  async countPeople(after: string) {
    type Row = { last: string | null; looked: number | string; people: number | string }
    const [row] = await this.#database.query<Row>(COUNT_PEOPLE, [after, after])
    const isEnd = Number(row?.looked ?? 0) < LOOK_AT
    return { people: Number(row?.people ?? 0), last: isEnd ? undefined : (row?.last ?? undefined) }
  }

  async #write(statements: typeof INSERTIONS, rows: (string | null)[][]): Promise<void> {
    let from = 0
    for (const { size, statement } of statements) {
      for (; rows.length - from >= size; from += size)
        await this.#database.query(statement, joined(rows.slice(from, from + size)))
    }
  }
}

/** @NOTE `flat` takes as long for a row as all else that is done to write it, but for SQLite's part. */
function joined(rows: (string | null)[][]): (string | null)[] {
  return ([] as (string | null)[]).concat(...rows)
}

/** In the order of `insertion`. */
function valuesOf(record: AuditRecord): (string | null)[] {
  return [
    record.id,
    timeText(record.at),
    record.event,
    record.outcome,
    record.userId,
    record.application,
    record.administratorId,
    record.sessionId,
    record.requestId,
    record.ip,
    record.userAgent,
    record.details && JSON.stringify(record.details),
  ]
}

function lists(rows: number, columns: number): string {
  return Array(rows)
    .fill(`(${Array(columns).fill('?').join(', ')})`)
    .join(', ')
}
