import { AppError } from '../../errors.js'
import { idAt } from '../../services/audit-ids.js'
import type { AuditFilter, AuditPage, AuditRecord, AuditTrail, HourlyFigure } from '../../services/audit-trail.js'
import { LOOK_AT, PageStatements, type Range, type Source, sourcesOf } from './audit-pages.js'
import { type Database, type Statement, timeText } from './database.js'

const FIGURES: Statement = {
  name: 'hourly_figure_list',
  sql: `SELECT "hour", "figure", "name", "detail", "value" FROM "HourlyFigure"
        WHERE "figure" = ? AND "hour" >= ? ORDER BY "hour"`,
}
/** Behind every id. */
const BEHIND = 'g'
const MAX_SIZE = 1000

type Row = Omit<AuditRecord, 'at' | 'details'> & { at: string; details: string | null }
/** Whoever counts on PostgreSQL is told a text. */
type Way = { floor: string | null; looked: number | string }
type PageRow = Way & (Row | { id: null })

/** The `AuditRecord` and `HourlyFigure` rows as they are read. */
export class SqlAuditRows implements AuditTrail {
  readonly #database: Database
  readonly #pages = new PageStatements()

  constructor(database: Database) {
    this.#database = database
  }

  async page(filter: AuditFilter, { before, size }: { before?: string | undefined; size: number }): Promise<AuditPage> {
    const range = rangeOf(filter, before)
    const sources = sourcesOf(readable(filter))
    if (range.from >= range.below || sources.some(({ column, values }) => column && values.length === 0))
      return { records: [], next: undefined }
    const count = Math.min(Math.max(Math.trunc(size), 1), MAX_SIZE)
    const source = await this.#rarest(sources, range)
    const others = sources.filter((other) => other !== source)
    // One more says whether there are more.
    const lookAt = others.length === 0 ? count + 1 : LOOK_AT
    const { statement, values } = this.#pages.page(source, others, range, { lookAt, size: count + 1 })
    const rows = await this.#database.query<PageRow>(statement, values)
    const found = rows.flatMap((row) => (row.id === null ? [] : [recordOf(row)]))
    const records = found.slice(0, count)
    if (found.length > count) return { records, next: records.at(-1)?.id }
    const [way] = rows
    return { records, next: Number(way?.looked) === lookAt ? (way?.floor ?? undefined) : undefined }
  }

  async figures(figure: HourlyFigure['figure'], since: Date): Promise<HourlyFigure[]> {
    const rows = await this.#database.query<Omit<HourlyFigure, 'hour'> & { hour: string }>(FIGURES, [
      figure,
      timeText(since),
    ])
    return rows.map(({ hour, ...row }) => ({ ...row, hour: new Date(hour) }))
  }

  /** By which source as many records reach furthest down: what is wanted of them all is among the rarest. */
  async #rarest(sources: Source[], range: Range): Promise<Source> {
    let [rarest = { column: undefined, values: [] }] = sources
    if (sources.length < 2) return rarest
    let furthest = BEHIND
    for (const source of sources) {
      const { statement, values } = this.#pages.reach(source, range)
      const [way] = await this.#database.query<Way>(statement, values)
      const isAll = Number(way?.looked) < LOOK_AT
      const floor = isAll ? '' : (way?.floor ?? '')
      if (floor < furthest) [rarest, furthest] = [source, floor]
      if (isAll) break
    }
    return rarest
  }
}

/** @throws {AppError} `bad_request` */
function rangeOf({ from, until }: AuditFilter, before: string | undefined): Range {
  if (before !== undefined && !/^[0-9a-f]{24}$/.test(before)) throw new AppError('bad_request')
  const end = until ? idAt(until.getTime()) : BEHIND
  return { from: from ? idAt(from.getTime()) : '', below: before !== undefined && before < end ? before : end }
}

/** No column has a NUL, and PostgreSQL takes none. */
function readable(filter: AuditFilter): AuditFilter {
  const { userId, application, administratorId, events } = filter
  const clean = (text: string | undefined) => text?.replaceAll('\0', '')
  return {
    userId: clean(userId),
    application: clean(application),
    administratorId: clean(administratorId),
    events: events?.map((event) => event.replaceAll('\0', '')),
  }
}

/** Named one by one: the row says besides how far the page looked. */
function recordOf({ floor, looked, at, details, ...row }: Way & Row): AuditRecord {
  return { ...row, at: new Date(at), details: details === null ? null : JSON.parse(details) }
}
