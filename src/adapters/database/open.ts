import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import Database from 'better-sqlite3'
import { PrismaClient } from '../../generated/prisma/client.js'
import { migrate } from './migrations.js'

/** How long a writer waits for another process's, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000

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
    // Kept in the file: readers and a writer do not hold each other up, and a commit survives the death of the process.
    database.pragma('journal_mode = WAL')
    migrate(database)
  } finally {
    database.close()
  }
}
