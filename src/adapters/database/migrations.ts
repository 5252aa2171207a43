import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'

/** Reached from `src` and from `dist` alike. */
const MIGRATIONS = new URL('../../../prisma/migrations/', import.meta.url)

/** The database cannot be brought to this version's schema; its message is for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

const recordedMigration = z.object({
  migration_name: z.string(),
  checksum: z.string(),
  finished_at: z.unknown(),
})

/** Prisma's own table, column for column, so that `prisma migrate deploy` agrees where it can run. */
const PRISMA_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

/**
 * Applies what is missing of `prisma/migrations`, in order and in one transaction; of several processes one migrates and the others wait.
 * @throws {MigrationError} where the database comes from a newer version, or its history is not this one's
 */
export function migrate(database: Database): void {
  const migrations = readMigrations()
  const apply = database.transaction(() => {
    database.exec(PRISMA_TABLE)
    const recorded = recordedMigrations(database)
    judgeHistory(migrations, recorded)
    for (const migration of migrations.slice(recorded.length)) applyOne(database, migration)
  })
  apply.immediate()
}

function readMigrations(): Migration[] {
  return readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, MIGRATIONS), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

function recordedMigrations(database: Database): z.infer<typeof recordedMigration>[] {
  const rows = database
    .prepare(
      `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY migration_name`,
    )
    .all()
  return z.array(recordedMigration).parse(rows)
}

function judgeHistory(migrations: Migration[], recorded: z.infer<typeof recordedMigration>[]): void {
  const newest = migrations.at(-1)?.name ?? ''
  for (const [index, { migration_name, checksum, finished_at }] of recorded.entries()) {
    const expected = migrations[index]
    if (migration_name > newest) {
      throw new MigrationError(
        `The database is from a newer version of this server: it knows the migration ${migration_name}, this version only those up to ${newest}. Start the newer version, or restore a backup.`,
      )
    }
    if (migration_name !== expected?.name) {
      throw new MigrationError(
        `The database has another history: it knows the migration ${migration_name}, which this version does not have.`,
      )
    }
    if (finished_at === null)
      throw new MigrationError(`The migration ${migration_name} was begun and not finished. Restore a backup.`)
    if (checksum !== expected.checksum) {
      throw new MigrationError(`The migration ${migration_name} was changed after this database was made.`)
    }
  }
}

function applyOne(database: Database, { name, sql, checksum }: Migration): void {
  const startedAt = Date.now()
  database.exec(sql)
  database
    .prepare(
      `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)`,
    )
    .run(randomUUID(), checksum, Date.now(), name, startedAt)
}
