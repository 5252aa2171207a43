import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { OperatorError } from '../../errors.js'

/** Reached from `src` and from `dist` alike. */
const MIGRATIONS = new URL('../../../prisma/migrations/', import.meta.url)

/** The database cannot be brought to this version's schema; its message is for the operator. */
export class MigrationError extends OperatorError {
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

/** A connection that nobody else uses meanwhile. */
export interface MigrationConnection {
  /** One statement or several. */
  execute(sql: string): Promise<void>
  query(sql: string, values?: string[]): Promise<unknown[]>
  /** The schema to make where it is missing. */
  schema?: string | undefined
}

/** Where the databases differ. */
interface Dialect {
  /** Begins the transaction and keeps all others out: of several processes one migrates and the others wait. */
  begin: string
  timeType: string
  countType: string
  now: string
  placeholder(index: number): string
  /** Gives a row where the history's table is there. */
  findHistory: string
}

const dialects: Record<'sqlite' | 'postgresql', Dialect> = {
  sqlite: {
    begin: 'BEGIN IMMEDIATE',
    timeType: 'DATETIME',
    countType: 'INTEGER UNSIGNED',
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    placeholder: () => '?',
    findHistory: `SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'`,
  },
  postgresql: {
    // The number of `prisma migrate`'s own lock.
    begin: 'BEGIN; SELECT pg_advisory_xact_lock(72707369)',
    timeType: 'TIMESTAMPTZ',
    countType: 'INTEGER',
    now: 'now()',
    placeholder: (index) => `$${index}`,
    findHistory: `SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL`,
  },
}

/**
 * Applies what is missing of this database's `prisma/migrations`, in order and in one transaction; of several processes one migrates
 * and the others wait.
 * @throws {MigrationError} where the database comes from a newer version, or its history is not this one's
 */
export async function migrate(provider: keyof typeof dialects, connection: MigrationConnection): Promise<void> {
  const dialect = dialects[provider]
  const migrations = readMigrations(provider)
  await connection.execute(dialect.begin)
  try {
    // Looked for first: "if not exists" too needs the right to make it, which a role that only serves has no need of.
    if ((await connection.query(dialect.findHistory)).length === 0) {
      if (connection.schema) await connection.execute(`CREATE SCHEMA IF NOT EXISTS "${connection.schema}"`)
      await connection.execute(historyTable(dialect))
    }
    const recorded = await recordedMigrations(connection)
    judgeHistory(migrations, recorded)
    for (const migration of migrations.slice(recorded.length)) await applyOne(connection, dialect, migration)
    await connection.execute('COMMIT')
  } catch (error) {
    // A connection that is lost has rolled back already.
    await connection.execute('ROLLBACK').catch(() => {})
    throw error
  }
}

/** Prisma's own table, column for column, so that `prisma migrate deploy` agrees where it can run. */
function historyTable({ timeType, countType }: Dialect): string {
  return `CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           ${timeType},
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        ${timeType},
    "started_at"            ${timeType} NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   ${countType} NOT NULL DEFAULT 0
)`
}

function readMigrations(provider: string): Migration[] {
  const folder = new URL(`${provider}/`, MIGRATIONS)
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

async function recordedMigrations(connection: MigrationConnection): Promise<z.infer<typeof recordedMigration>[]> {
  const rows = await connection.query(
    `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  )
  // By their bytes, as the folders are: the order of a database depends on its language.
  return z
    .array(recordedMigration)
    .parse(rows)
    .sort((a, b) => (a.migration_name < b.migration_name ? -1 : 1))
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

async function applyOne(
  connection: MigrationConnection,
  { now, placeholder }: Dialect,
  { name, sql, checksum }: Migration,
): Promise<void> {
  await connection.execute(sql)
  const values = [randomUUID(), checksum, name]
  const places = values.map((_, index) => placeholder(index + 1)).join(', ')
  await connection.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES (${places}, ${now}, ${now}, 1)`,
    values,
  )
}
