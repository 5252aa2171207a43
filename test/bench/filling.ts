import { existsSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { DAY } from '../../src/time.js'

/** The records of a trail lie in so much time before now. */
export const TRAIL_MS = 180 * DAY

/** Enough for all pages that are written, so that none is written twice. */
const CACHE_KB = 2_000_000
const ROWS_AT_ONCE = 5000

/** A row by its columns: the same texts in both databases. */
export type Row = Record<string, string | number | null>

/** A database with the server's tables, to be filled quickly: without indexes, which are made at the end. */
export interface Filling {
  insert(table: string, rows: Iterable<Row>): Promise<void>
  /** As many records of the audit trail, over half a year. */
  insertRecords(count: number, now: number): Promise<void>
  /** Makes the indexes. */
  finish(): Promise<void>
}

/** Makes the tables behind this address, and drops their indexes. */
export async function beginFilling(databaseUrl: string): Promise<Filling> {
  linkMigrations()
  await (await openDatabase(databaseUrl)).close()
  return databaseUrl.startsWith('file:') ? fillSqlite(databaseUrl.slice(5)) : fillPostgresql(databaseUrl)
}

/** The migrations, where what is compiled for this looks for them. */
function linkMigrations(): void {
  const link = fileURLToPath(new URL('../../prisma', import.meta.url))
  if (!existsSync(link)) symlinkSync('../prisma', link)
}

/** One record of each number, the same in both databases: `n` is the number, `ms` its time. */
const record = (id: string, at: string, text: (number: string) => string) => `
  SELECT ${id}, ${at},
    CASE WHEN n % 200000 = 7 THEN 'group_changed' WHEN n % 20 = 3 THEN 'login_refused'
         WHEN n % 5 = 1 THEN 'application_entered' WHEN n % 5 = 2 THEN 'session_ended' ELSE 'login_succeeded' END,
    CASE WHEN n % 20 = 3 THEN 'attempt_missing' END,
    CASE WHEN n % 20 <> 3 THEN 'user-' || ${text('n % 10007')} END,
    CASE WHEN n % 5 = 1 THEN 'app-' || ${text('n % 3')} END,
    CASE WHEN n % 200000 = 7 THEN 'boss' END,
    '0b0f6b2e-5c3b-4a44-9f4e-' || ${text('n')}, '7c1d2a54-7a0a-4a53-8b39-' || ${text('n')},
    '198.51.100.7', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', NULL`
const INTO = `INSERT INTO "AuditRecord" ("id", "at", "event", "outcome", "userId", "application", "administratorId",
  "sessionId", "requestId", "ip", "userAgent", "details")`

function fillSqlite(file: string): Filling {
  const db = new Sqlite(file)
  db.pragma('synchronous = OFF')
  db.pragma(`cache_size = -${CACHE_KB}`)
  db.pragma('foreign_keys = OFF')
  const indexes = db.prepare(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`).all() as {
    name: string
    sql: string
  }[]
  for (const { name } of indexes) db.exec(`DROP INDEX "${name}"`)
  return {
    insert: async (table, rows) => db.transaction(() => insertEach(db, table, rows))(),
    insertRecords: async (count, now) => {
      const id = `printf('%012x%012x', ms, n)`
      const at = `strftime('%Y-%m-%dT%H:%M:%f+00:00', ms / 1000.0, 'unixepoch')`
      db.exec(`WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ${count - 1}),
          timed AS (SELECT n, ${now - TRAIL_MS} + n * ${TRAIL_MS} / ${count} AS ms FROM number)
        ${INTO} ${record(id, at, (number) => `(${number})`)} FROM timed`)
    },
    finish: async () => {
      for (const { sql } of indexes) db.exec(sql)
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}

function insertEach(db: Sqlite.Database, table: string, rows: Iterable<Row>): void {
  let insertion: Sqlite.Statement | undefined
  for (const row of rows) {
    const names = Object.keys(row)
    insertion ??= db.prepare(
      `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    )
    insertion.run(Object.values(row))
  }
}

async function fillPostgresql(databaseUrl: string): Promise<Filling> {
  const { client, schema } = await connect(databaseUrl)
  const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND indexname NOT LIKE '%_pkey'`,
    [schema],
  )
  for (const { indexname } of indexes) await client.query(`DROP INDEX "${indexname}"`)
  const tables = new Set(['AuditRecord'])
  return {
    insert: async (table, rows) => {
      tables.add(table)
      for (const some of portionsOf(rows)) {
        const names = Object.keys(some[0] ?? {})
          .map((name) => `"${name}"`)
          .join(', ')
        await client.query(
          `INSERT INTO "${table}" (${names}) SELECT ${names} FROM json_populate_recordset(NULL::"${table}", $1)`,
          [JSON.stringify(some)],
        )
      }
    },
    insertRecords: async (count, now) => {
      const id = `lpad(to_hex(ms), 12, '0') || lpad(to_hex(n), 12, '0')`
      const at = `to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC'`
      await client.query(`${INTO} ${record(id, at, (number) => `(${number})::text`)}
        FROM (SELECT n, ${now - TRAIL_MS} + n * ${TRAIL_MS} / ${count} AS ms FROM generate_series(0::bigint, ${count - 1}) AS n) AS timed`)
    },
    finish: async () => {
      for (const { indexdef } of indexes) await client.query(indexdef)
      for (const table of tables) await client.query(`VACUUM ANALYZE "${table}"`)
      await client.end()
    },
  }
}

/** A connection of its own that finds the tables behind this address, as the server does. */
async function connect(databaseUrl: string): Promise<{ client: pg.Client; schema: string }> {
  const url = new URL(databaseUrl)
  const schema = url.searchParams.get('schema') ?? 'public'
  url.searchParams.delete('schema')
  const client = new pg.Client({ connectionString: url.href, options: `-c search_path=${schema}` })
  await client.connect()
  return { client, schema }
}

function* portionsOf(rows: Iterable<Row>): Generator<Row[]> {
  let some: Row[] = []
  for (const row of rows) {
    some.push(row)
    if (some.length < ROWS_AT_ONCE) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}
