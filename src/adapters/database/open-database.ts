import type { Database } from './database.js'
import { codeOf, databaseUnavailable, isAway } from './failures.js'

interface Options {
  /** How long one statement of PostgreSQL may take, in milliseconds; 0: as long as it takes. */
  timeoutMs?: number
}

/**
 * Opens the database behind `DATABASE_URL`, made and migrated where needed.
 * @throws {MigrationError}
 * @throws {AppError} `service_unavailable`
 */
export async function openDatabase(databaseUrl: string, { timeoutMs = 5000 }: Options = {}): Promise<Database> {
  try {
    return await open(databaseUrl, timeoutMs)
  } catch (error) {
    const code = codeOf(error)
    throw isAway(code) ? databaseUnavailable(code) : error
  }
}

/** Loads the code of the one database that is used. */
async function open(databaseUrl: string, timeoutMs: number): Promise<Database> {
  if (databaseUrl.startsWith('file:')) {
    const { openSqlite } = await import('./sqlite.js')
    return openSqlite(databaseUrl)
  }
  const { openPostgresql } = await import('./postgresql.js')
  return openPostgresql(databaseUrl, timeoutMs)
}
