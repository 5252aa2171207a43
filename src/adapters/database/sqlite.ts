import { statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { PrismaClient } from '../../generated/sqlite/client.js'
import { Checkpoints } from './checkpoints.js'
import { Database, type Statement } from './database.js'
import { migrate } from './migrations.js'
import { keepPrivate } from './private-file.js'
import { retry } from './retry.js'

/** How long a start waits for others that migrate the same file, in milliseconds. */
const WAIT_FOR_STARTS_MS = 10_000
/** What SQLite takes where nobody says otherwise. */
const CHECKPOINT_PAGES = 1000
/** 2 MB for each connection. Pages are read again from the system's memory, which has them all: a larger cache made nothing faster. */
const CACHE = 'PRAGMA cache_size = -2000'
/** From this size on, hardly any page is in the processor's caches, and a page's copy from the system costs most of a lookup. */
const LARGE_FILE_BYTES = 256 * 1024 ** 2
/** More than the two gigabytes that SQLite maps at most. */
const ALL_OF_IT = 2 ** 32

const dialect = {
  folder: 'sqlite',
  begin: 'BEGIN IMMEDIATE',
  findHistory: `SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'`,
  timeType: 'DATETIME',
  countType: 'INTEGER UNSIGNED',
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  placeholder: () => '?',
}

interface Options {
  /** Called with each of its files that others can read, where that cannot be changed. */
  onExposed: (file: string) => void
}

/** Opens an SQLite file, made and migrated where needed. @throws {MigrationError} */
export async function openSqlite(file: string, { onExposed }: Options): Promise<Database> {
  keepPrivate(file, onExposed)
  // A writer that finds another's write under way is told at once, and waits here or in `Database`:
  // SQLite itself would wait by holding up this whole process.
  const sqlite = new Sqlite(file, { timeout: 0 })
  try {
    await useWal(sqlite)
    await migrateFile(sqlite)
  } catch (error) {
    sqlite.close()
    throw error
  }
  let checkpoints: Checkpoints | undefined
  return new Database({
    loadPrisma: () => loadPrisma(file, { isCheckpointing: checkpoints === undefined }),
    query: statementRunner(sqlite),
    skipLocked: '',
    hasRowids: true,
    serve: (beginAfterMs) => {
      if (statSync(file).size >= LARGE_FILE_BYTES) sqlite.pragma(`mmap_size = ${ALL_OF_IT}`)
      checkpoints ??= new Checkpoints({ file, beginAfterMs, onChange: (isAside) => leaveCheckpoints(sqlite, isAside) })
    },
    close: async () => {
      // The last connection to close removes the log.
      await checkpoints?.stop()
      sqlite.close()
    },
  })
}

/** @NOTE while no thread makes them, writers have to: the log would grow for ever. */
function leaveCheckpoints(sqlite: Sqlite.Database, isAside: boolean): void {
  if (sqlite.open) sqlite.pragma(`wal_autocheckpoint = ${isAside ? 0 : CHECKPOINT_PAGES}`)
}

/** On a connection of its own, which leaves checkpoints to others where there are any. */
async function loadPrisma(file: string, { isCheckpointing }: { isCheckpointing: boolean }): Promise<PrismaClient> {
  const { PrismaBetterSqlite3 } = await import('@prisma/adapter-better-sqlite3')
  const { PrismaClient } = await import('../../generated/sqlite/client.js')
  const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}`, timeout: 0 }) })
  await prisma.$executeRawUnsafe(CACHE)
  if (!isCheckpointing) await prisma.$queryRaw`PRAGMA wal_autocheckpoint = 0`
  return prisma
}

/** Prepares each statement once. */
function statementRunner(sqlite: Sqlite.Database) {
  const prepared = new Map<Statement, (values: unknown[]) => unknown[]>()
  const prepare = (statement: Statement) => {
    const run = runnerOf(sqlite.prepare(statement.sql))
    prepared.set(statement, run)
    return run
  }
  return (statement: Statement, values: unknown[]) => (prepared.get(statement) ?? prepare(statement))(values)
}

/** Rows come as arrays and are named here: better-sqlite3 would look each column's name up again for each row. */
function runnerOf(sql: Sqlite.Statement): (values: unknown[]) => unknown[] {
  if (!sql.reader) {
    return (values) => {
      sql.run(values)
      return []
    }
  }
  const names = sql.columns().map(({ name }) => name)
  const rows = sql.raw() as Sqlite.Statement<unknown[], unknown[]>
  return (values) => rows.all(values).map((row) => named(names, row))
}

function named(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (let at = 0; at < names.length; at++) values[names[at] as string] = row[at]
  return values
}

/**
 * The file keeps WAL: readers and a writer do not hold each other up, and a commit survives the death of the process.
 * `NORMAL` is as safe for that, and spares each commit a write to the disk: only a power cut may undo the last ones.
 */
async function useWal(sqlite: Sqlite.Database): Promise<void> {
  await whenFree(() => sqlite.pragma('journal_mode = WAL'))
  sqlite.pragma('synchronous = NORMAL')
  sqlite.exec(CACHE)
}

async function migrateFile(sqlite: Sqlite.Database): Promise<void> {
  await migrate({
    ...dialect,
    execute: async (sql) => void (await whenFree(() => sqlite.exec(sql))),
    query: async (sql, values = []) => {
      const statement = sqlite.prepare(sql)
      return statement.reader ? statement.all(values) : [statement.run(values)]
    },
  })
}

/** Does it as soon as no other process's start is in the way. */
function whenFree<T>(work: () => T): Promise<T> {
  return retry(work, { while: isBusy, forMs: WAIT_FOR_STARTS_MS })
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
