import { mkdirSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { Database, type Statement } from './database.js'
import { type MigrationConnection, migrate } from './migrations.js'
import { retry } from './retry.js'

/** How long a start waits for others that migrate the same file, in milliseconds. */
const WAIT_FOR_STARTS_MS = 10_000
const BUSY_RETRY_MS = 20

/** Opens the SQLite file behind DATABASE_URL, made and migrated where needed. @throws {MigrationError} */
export async function openSqlite(databaseUrl: string): Promise<Database> {
  const file = fileOf(databaseUrl)
  mkdirSync(path.dirname(file), { recursive: true })
  // A writer that finds another's write under way is told at once, and waits here or in `Database`:
  // SQLite itself would wait by holding up this whole process.
  const sqlite = new Sqlite(file, { timeout: 0 })
  try {
    await useWal(sqlite)
    await migrate('sqlite', connectionOf(sqlite))
  } catch (error) {
    sqlite.close()
    throw error
  }

  const prepared = new Map<Statement, Sqlite.Statement>()
  const prepare = (statement: Statement) => {
    const made = sqlite.prepare(statement.sql)
    prepared.set(statement, made)
    return made
  }
  return new Database({
    loadPrisma: async () => {
      const { PrismaBetterSqlite3 } = await import('@prisma/adapter-better-sqlite3')
      const { PrismaClient } = await import('../../generated/sqlite/client.js')
      return new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}`, timeout: 0 }) })
    },
    query: (statement, values) => {
      const sql = prepared.get(statement) ?? prepare(statement)
      if (sql.reader) return sql.all(values)
      sql.run(values)
      return []
    },
    skipLocked: '',
    close: async () => void sqlite.close(),
  })
}

/** The absolute path of the SQLite file behind `DATABASE_URL`. */
export function fileOf(databaseUrl: string): string {
  return path.resolve(databaseUrl.replace(/^file:/, ''))
}

/**
 * WAL is kept in the file: readers and a writer do not hold each other up, and a commit survives the death of the process.
 * `NORMAL` is as safe for that, and spares a write to the disk for each commit: only a power cut may take the last ones back.
 */
async function useWal(sqlite: Sqlite.Database): Promise<void> {
  await whenFree(() => sqlite.pragma('journal_mode = WAL'))
  sqlite.pragma('synchronous = NORMAL')
}

function connectionOf(sqlite: Sqlite.Database): MigrationConnection {
  return {
    execute: async (sql) => void (await whenFree(() => sqlite.exec(sql))),
    query: async (sql, values = []) => {
      const statement = sqlite.prepare(sql)
      return statement.reader ? statement.all(values) : [statement.run(values)]
    },
  }
}

/** Does it as soon as no other process's start is in the way. */
function whenFree<T>(work: () => T): Promise<T> {
  return retry(work, { while: isBusy, forMs: WAIT_FOR_STARTS_MS, afterMs: BUSY_RETRY_MS })
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
