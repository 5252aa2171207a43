import { hash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { OperatorError } from '../../errors.js'

/** The same place from `src` and from `dist`. */
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

/** A database as the migrations see it, on a connection that nobody else uses meanwhile. */
export interface MigrationTarget {
  /** Where its migrations lie, below `prisma/migrations`. */
  folder: string
  /** Begins the transaction and keeps all others out: of several processes one migrates and the others wait. */
  begin: string
  /** Where set, makes the schema for the tables if it is missing. */
  createSchema?: string
  /** Returns a row if the history's table is there. */
  findHistory: string
  timeType: string
  countType: string
  now: string
  placeholder(index: number): string
  /** Runs one statement or several. */
  execute(sql: string): Promise<void>
  query(sql: string, values?: string[]): Promise<unknown[]>
}

/**
 * Applies the migrations that this database lacks, in order and in one transaction.
 * @throws {MigrationError} where the database comes from a newer version, or has another history
 */
export async function migrate(target: MigrationTarget): Promise<void> {
  const migrations = readMigrations(target.folder)
  await target.execute(target.begin)
  try {
    // Looked for first: even "if not exists" needs the right to make a table, which a role that only serves may lack.
    if ((await target.query(target.findHistory)).length === 0) {
      if (target.createSchema) await target.execute(target.createSchema)
      await target.execute(historyTable(target))
    }
    const recorded = await recordedMigrations(target)
    judgeHistory(migrations, recorded)
    for (const migration of migrations.slice(recorded.length)) await applyOne(target, migration)
    await target.execute('COMMIT')
  } catch (error) {
    // A connection that is lost has rolled back already.
    await target.execute('ROLLBACK').catch(() => {})
    throw error
  }
}

/** Prisma's own table, column for column, so that `prisma migrate deploy` agrees where it can run. */
function historyTable({ timeType, countType }: MigrationTarget): string {
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

function readMigrations(folder: string): Migration[] {
  const directory = new URL(`${folder}/`, MIGRATIONS)
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, directory), 'utf8')
      return { name, sql, checksum: hash('sha256', sql, 'hex') }
    })
}

async function recordedMigrations(target: MigrationTarget): Promise<z.infer<typeof recordedMigration>[]> {
  const rows = await target.query(
    `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  )
  // By their bytes, as the folders are: a database orders texts by its language.
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
        `The database is from a newer version of this server: it knows the migration ${migration_name}, ` +
          `this version only those up to ${newest}. Start the newer version, or restore a backup.`,
      )
    }
    if (migration_name !== expected?.name) {
      throw new MigrationError(
        `The database has another history: it knows the migration ${migration_name}, which this version does not have.`,
      )
    }
    if (finished_at === null) {
      throw new MigrationError(`The migration ${migration_name} was begun and not finished. Restore a backup.`)
    }
    if (checksum !== expected.checksum) {
      throw new MigrationError(`The migration ${migration_name} was changed after this database was made.`)
    }
  }
}

async function applyOne(target: MigrationTarget, { name, sql, checksum }: Migration): Promise<void> {
  await target.execute(sql)
  const values = [randomUUID(), checksum, name]
  const places = values.map((_, index) => target.placeholder(index + 1)).join(', ')
  await target.query(
    `INSERT INTO "_prisma_migrations"
       (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES (${places}, ${target.now}, ${target.now}, 1)`,
    values,
  )
}
