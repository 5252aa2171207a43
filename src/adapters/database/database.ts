import type { PrismaClient } from '../../generated/sqlite/client.js'
import { codeOf, databaseUnavailable, isAway, isTransient } from './failures.js'
import { retry } from './retry.js'

/**
 * A statement that both databases understand, with `?` for each value; prepared once for a connection. Tables stand in
 * quotes behind FROM, JOIN, INTO or UPDATE, where PostgreSQL's schema is put before them.
 */
export interface Statement {
  /** Unique among the statements. */
  readonly name: string
  readonly sql: string
}

/** Points in time are written and read as texts: see `timeText`. */
type Value = string | number | null

/** What SQLite and PostgreSQL each do in their own way. */
interface Engine {
  /** Both databases have the same models. */
  loadPrisma(): Promise<PrismaClient>
  query(statement: Statement, values: Value[]): unknown[] | Promise<unknown[]>
  /** Lets a statement pass over rows that another process has locked, where rows can be locked. */
  readonly skipLocked: '' | 'FOR UPDATE SKIP LOCKED'
  /** Whether each row has a number, `rowid`, by which it is found without an index, until a `VACUUM` gives others. */
  readonly hasRowids: boolean
  /** Makes ready for a process that serves requests, which nothing may hold up. */
  serve?(beginAfterMs?: number): void
  close(): Promise<void>
}

/** How long a restart of the database, or another process's write, is waited for. */
const RETRY_FOR_MS = 2000

/**
 * The database behind DATABASE_URL. Every statement goes through here: what fails for a moment is tried again, and
 * what fails for longer leaves as `service_unavailable`.
 */
export class Database {
  readonly skipLocked: Engine['skipLocked']
  readonly hasRowids: boolean
  readonly #engine: Engine
  /** Loaded when it is first needed, so that the start of a server need not wait for it. */
  #prisma: Promise<PrismaClient> | undefined

  constructor(engine: Engine) {
    this.#engine = engine
    this.skipLocked = engine.skipLocked
    this.hasRowids = engine.hasRowids
  }

  /**
   * Runs a prepared statement and returns its rows; for what every request needs.
   * @throws {AppError} `service_unavailable`
   */
  query<Row>(statement: Statement, values: Value[] = [], { retry: patient = true } = {}): Promise<Row[]> {
    return this.#attempt(() => this.#engine.query(statement, values) as Row[] | Promise<Row[]>, patient)
  }

  /**
   * The same of a statement that gives one row at most: what `read` makes of it, or undefined.
   * @throws {AppError} `service_unavailable`
   */
  first<Row, Read>(statement: Statement, values: Value[], read: (row: Row) => Read): Promise<Read | undefined> {
    const readFirst = (rows: unknown[]) => (rows[0] === undefined ? undefined : read(rows[0] as Row))
    return this.#attempt(() => {
      const rows = this.#engine.query(statement, values)
      return rows instanceof Promise ? rows.then(readFirst) : readFirst(rows)
    })
  }

  /**
   * Asks through Prisma. `ask` may run more than once, so a second run must do no harm.
   * @throws {AppError} `service_unavailable`
   */
  prisma<T>(ask: (prisma: PrismaClient) => Promise<T>): Promise<T> {
    this.#prisma ??= this.#engine.loadPrisma()
    const prisma = this.#prisma
    return this.#attempt(async () => ask(await prisma))
  }

  /** From now on nothing may hold up the requests of this process. */
  serve(beginAfterMs?: number): void {
    this.#engine.serve?.(beginAfterMs)
  }

  async isAnswering(): Promise<boolean> {
    return this.query(PING, [], { retry: false }).then(
      () => true,
      () => false,
    )
  }

  async close(): Promise<void> {
    await (await this.#prisma)?.$disconnect()
    await this.#engine.close()
  }

  #attempt<T>(work: () => T | Promise<T>, patient = true): Promise<T> {
    return retry(work, patient ? patiently : once)
  }
}

const once = {
  while: (error: unknown) => isTransient(codeOf(error)),
  forMs: 0,
  as: (error: unknown) => {
    const code = codeOf(error)
    return isAway(code) ? databaseUnavailable(code) : error
  },
}
const patiently = { ...once, forMs: RETRY_FOR_MS }

const PING: Statement = { name: 'ping', sql: 'SELECT 1 FROM "User" LIMIT 1' }

/** A point in time as Prisma writes it into SQLite, which PostgreSQL reads as well. */
export function timeText(time: Date): string {
  return time.toISOString().replace('Z', '+00:00')
}
