import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import Database from 'better-sqlite3'
import { PrismaClient } from '../../generated/prisma/client.js'
import { migrate } from './migrations.js'

/** How long a writer waits for another process's, in milliseconds. */
const BUSY_TIMEOUT_MS = 2000
const BUSY_RETRY_MS = 20

/**
 * Opens the database behind `DATABASE_URL`, made and migrated where needed.
 * @throws {MigrationError}
 */
export function openDatabase(databaseUrl: string): PrismaClient {
  const file = fileOf(databaseUrl)
  mkdirSync(path.dirname(file), { recursive: true })
  prepareFile(file)
  return new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}`, timeout: BUSY_TIMEOUT_MS }) })
}

/** The absolute path of the SQLite file behind `DATABASE_URL`. */
export function fileOf(databaseUrl: string): string {
  return path.resolve(databaseUrl.replace(/^file:/, ''))
}

function prepareFile(file: string): void {
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    useWal(database)
    migrate(database)
  } finally {
    database.close()
  }
}

/**
 * WAL is kept in the file: readers and a writer do not hold each other up, and a commit survives the death of the process.
 * @NOTE SQLite ignores the busy timeout while several processes switch a new file at once: it says so at once, and is asked again.
 */
function useWal(database: Database.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY'
      if (!isBusy || Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_RETRY_MS)
    }
  }
}
