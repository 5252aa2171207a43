import type { AuditFilter } from '../../services/audit-trail.js'
import type { Statement } from './database.js'

/** How many records a page looks at, at most, before it comes to its end with what it has. */
export const LOOK_AT = 2000

const COLUMNS = [
  ...['id', 'at', 'event', 'outcome', 'userId', 'application', 'administratorId'],
  ...['sessionId', 'requestId', 'ip', 'userAgent', 'details'],
]
  .map((name) => `"${name}"`)
  .join(', ')

/** Records in the order of an index: those with one of these values in the column, or all of them. */
export interface Source {
  column: 'userId' | 'application' | 'event' | 'administratorId' | undefined
  values: readonly string[]
}

/** The ids that are looked at: from this one on, and below that one. */
export interface Range {
  from: string
  below: string
}

/** The filter's columns, each with an index of its own. */
export function sourcesOf({ userId, application, events, administratorId }: AuditFilter): Source[] {
  const sources: Source[] = []
  if (administratorId !== undefined) sources.push({ column: 'administratorId', values: [administratorId] })
  if (userId !== undefined) sources.push({ column: 'userId', values: [userId] })
  if (application !== undefined) sources.push({ column: 'application', values: [application] })
  if (events !== undefined) sources.push({ column: 'event', values: [...new Set(events)] })
  return sources.length > 0 ? sources : [{ column: undefined, values: [] }]
}

/** A statement with its values. */
interface Question {
  statement: Statement
  values: string[]
}

/** The statements that read pages, one for each form of question. */
export class PageStatements {
  readonly #known = new Map<string, Statement>()

  /** `floor`: the lowest of the first ids there, as far down as a page by this source would look. */
  reach(source: Source, range: Range): Question {
    const sql = `SELECT min("id") AS "floor", count(*) AS "looked" FROM (${looked('"id"', source, LOOK_AT)}) AS looked`
    return { statement: this.#statement('audit_reach', [source], sql), values: valuesOf(source, range) }
  }

  /** The records there that all other sources have as well; in each row, and in one more if there are none, how far it looked. */
  page(source: Source, others: Source[], range: Range, { lookAt, size }: { lookAt: number; size: number }): Question {
    const conditions = others.map(({ column, values }) => `"${column}" IN (${marks(values)})`)
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
    const sql = `WITH looked AS (${looked(COLUMNS, source, lookAt)})
      SELECT way."floor", way."looked", found.*
      FROM (SELECT min("id") AS "floor", count(*) AS "looked" FROM looked) AS way
      LEFT JOIN (SELECT * FROM looked ${where} ORDER BY "id" DESC LIMIT ${size}) AS found ON 1 = 1
      ORDER BY found."id" DESC`
    const values = [...valuesOf(source, range), ...others.flatMap((other) => other.values)]
    return { statement: this.#statement(`audit_page_${lookAt}_${size}`, [source, ...others], sql), values }
  }

  #statement(kind: string, sources: Source[], sql: string): Statement {
    // PostgreSQL's names are short.
    const name = [kind, ...sources.map(({ column, values }) => `${column?.slice(0, 2) ?? 'all'}${values.length}`)].join(
      '_',
    )
    const statement = this.#known.get(name) ?? { name, sql }
    this.#known.set(name, statement)
    return statement
  }
}

/**
 * One way through the index for each value, joined in the order of the ids. @NOTE PostgreSQL plans without the values,
 * by what is usual: compared and sorted in pairs, no other index will do; and it believes in limits only as numbers.
 */
function looked(columns: string, { column, values }: Source, lookAt: number): string {
  const all = `SELECT ${columns} FROM "AuditRecord" WHERE`
  if (column === undefined) return `${all} "id" >= ? AND "id" < ? ORDER BY "id" DESC LIMIT ${lookAt}`
  const pair = `("${column}", "id")`
  // The first condition is that of the indexes that leave out the records without one.
  const way = `${all} "${column}" IS NOT NULL AND ${pair} >= (?, ?) AND ${pair} < (?, ?) ORDER BY "${column}" DESC, "id" DESC LIMIT ${lookAt}`
  const ways = values.map((_, index) => `SELECT * FROM (${way}) AS way${index}`)
  return `SELECT * FROM (${ways.join(' UNION ALL ')}) AS ways ORDER BY "id" DESC LIMIT ${lookAt}`
}

function valuesOf({ column, values }: Source, { from, below }: Range): string[] {
  return column === undefined ? [from, below] : values.flatMap((value) => [value, from, value, below])
}

function marks(values: readonly string[]): string {
  return values.map(() => '?').join(', ')
}
