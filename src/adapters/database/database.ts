import { setTimeout as wait } from 'node:timers/promises'
import type { PrismaClient } from '../../generated/sqlite/client.js'
import { codeOf, databaseUnavailable, isAway, isTransient } from './failures.js'

/** A statement that both databases understand, with `?` for each value; prepared once for a connection. */
export interface Statement {
  /** Unique among the statements. */
  readonly name: string
  readonly sql: string
}

/** Points in time are written and read as texts: see `timeText`. */
export type Value = string | null

/** What SQLite and PostgreSQL each do in their own way. */
export interface Engine {
  /** Of the same models for both databases. */
  loadPrisma(): Promise<PrismaClient>
  query(statement: Statement, values: Value[]): unknown[] | Promise<unknown[]>
  /** Lets a statement pass over rows that another process has locked, where rows can be locked. */
  readonly skipLocked: '' | 'FOR UPDATE SKIP LOCKED'
  close(): Promise<void>
}

/** A hiccup of the database is waited for this long: a restart, another process's write. */
const RETRY_FOR_MS = 2000
const RETRY_AFTER_MS = 20

/**
 * The database behind DATABASE_URL. Everything that is asked of it goes through here: what fails for a moment is tried again, and
 * what fails for longer leaves as `service_unavailable`.
 */
export class Database {
  readonly skipLocked: Engine['skipLocked']
  readonly #engine: Engine
  /** Loaded with the first question: the start of a server need not wait for it. */
  #prisma: Promise<PrismaClient> | undefined

  constructor(engine: Engine) {
    this.#engine = engine
    this.skipLocked = engine.skipLocked
  }

  /**
   * Runs a prepared statement; for what every request needs. Gives the rows that it returns.
   * @throws {AppError} `service_unavailable`
   */
  query<Row>(statement: Statement, values: Value[] = [], { retry = true } = {}): Promise<Row[]> {
    return this.#attempt(() => this.#engine.query(statement, values) as Row[] | Promise<Row[]>, retry)
  }

  /**
   * Asks through Prisma. `ask` may run more than once: it must do the same when it is repeated.
   * @throws {AppError} `service_unavailable`
   */
  prisma<T>(ask: (prisma: PrismaClient) => Promise<T>): Promise<T> {
    this.#prisma ??= this.#engine.loadPrisma()
    const prisma = this.#prisma
    return this.#attempt(async () => ask(await prisma))
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

  async #attempt<T>(work: () => T | Promise<T>, retry = true): Promise<T> {
    const deadline = retry ? performance.now() + RETRY_FOR_MS : 0
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const code = codeOf(error)
        if (!isAway(code)) throw error
        if (!isTransient(code) || performance.now() > deadline) throw databaseUnavailable(code)
        await wait(RETRY_AFTER_MS)
      }
    }
  }
}

const PING: Statement = { name: 'ping', sql: 'SELECT 1 FROM "User" LIMIT 1' }

/** A point in time as Prisma writes it into SQLite, which PostgreSQL reads as well. */
export function timeText(time: Date): string {
  return time.toISOString().replace('Z', '+00:00')
}
