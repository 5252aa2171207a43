import path from 'node:path'
import type { Logger } from '../../log.js'
import type { Database } from './database.js'
import { codeOf, databaseUnavailable, isAway } from './failures.js'

interface Options {
  /** How long one statement of PostgreSQL may take, in milliseconds; 0: as long as it takes. */
  timeoutMs?: number
  logger?: Pick<Logger, 'info' | 'warn'>
}

/**
 * Opens the database behind `DATABASE_URL`, made and migrated where needed.
 * @throws {MigrationError}
 * @throws {AppError} `service_unavailable`
 */
export async function openDatabase(databaseUrl: string, options: Options = {}): Promise<Database> {
  try {
    return await open(databaseUrl, options)
  } catch (error) {
    const code = codeOf(error)
    throw isAway(code) ? databaseUnavailable(code) : error
  }
}

/** Loads the code of the one database that is used. */
async function open(databaseUrl: string, { timeoutMs = 5000, logger }: Options): Promise<Database> {
  const file = sqliteFile(databaseUrl)
  if (file) {
    const { openSqlite } = await import('./sqlite.js')
    return openSqlite(file, {
      onExposed: (exposed) => logger?.warn({ file: exposed }, 'others can read this file, and it is not ours to close'),
    })
  }
  const { openPostgresql } = await import('./postgresql.js')
  return openPostgresql(databaseUrl, {
    timeoutMs,
    onShared: () =>
      logger?.info({}, 'the database is behind a pooler: each statement runs in a transaction of its own'),
  })
}

/** The absolute path of the SQLite file behind `DATABASE_URL`; undefined where that names PostgreSQL. */
export function sqliteFile(databaseUrl: string): string | undefined {
  return databaseUrl.startsWith('file:') ? path.resolve(databaseUrl.slice('file:'.length)) : undefined
}
