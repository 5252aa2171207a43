import { randomUUID } from 'node:crypto'
import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { SqlAuditRows } from '../../src/adapters/database/audit-rows.js'
import type { Database } from '../../src/adapters/database/database.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { idAt } from '../../src/services/audit-ids.js'
import type { AuditFilter } from '../../src/services/audit-trail.js'
import { DAY } from '../../src/time.js'

const SPAN_MS = 180 * DAY
const TURNS = 10
const SIZE = 50

/** How long a page took, in milliseconds. */
export interface PageTime {
  database: string
  page: string
  medianMs: number
  worstMs: number
}

/** What is asked of a trail of these many records. */
function questions(now: number): Record<string, { filter: AuditFilter; before?: string }> {
  const middle = idAt(now - SPAN_MS / 2).padEnd(24, '0')
  return {
    'the latest': { filter: {} },
    'from the middle on': { filter: {}, before: middle },
    'a day half a year ago': { filter: { from: new Date(now - 170 * DAY), until: new Date(now - 169 * DAY) } },
    'a person': { filter: { userId: 'user-77' } },
    'an application, from the middle on': { filter: { application: 'app-1' }, before: middle },
    'an event that is rare': { filter: { events: ['group_changed'] } },
    'events that are common and rare': {
      filter: { events: ['login_succeeded', 'login_refused', 'application_entered', 'group_changed', 'group_added'] },
    },
    'an administrator': { filter: { administratorId: 'boss' } },
    'a person’s event that never was': { filter: { userId: 'user-77', events: ['group_changed', 'group_added'] } },
    'an application’s event that is common': { filter: { application: 'app-1', events: ['application_entered'] } },
    'an application’s events that are rare': {
      filter: { application: 'app-1', events: ['application_refused', 'group_changed'] },
    },
    'a pair that is common apart, and never together': {
      filter: { application: 'app-1', events: ['login_succeeded', 'session_ended'] },
    },
    'a person in an application on a day': {
      filter: {
        userId: 'user-77',
        application: 'app-1',
        from: new Date(now - 60 * DAY),
        until: new Date(now - 59 * DAY),
      },
    },
  }
}

/** Fills a database with records and asks for pages of each kind. */
async function timesOf(name: string, database: Database, now: number): Promise<PageTime[]> {
  const rows = new SqlAuditRows(database)
  const times: PageTime[] = []
  for (const [page, { filter, before }] of Object.entries(questions(now))) {
    const taken: number[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      const startedAt = performance.now()
      await rows.page(filter, { before, size: SIZE })
      taken.push(performance.now() - startedAt)
    }
    taken.sort((a, b) => a - b)
    times.push({ database: name, page, medianMs: taken[TURNS >> 1] ?? 0, worstMs: taken.at(-1) ?? 0 })
  }
  return times
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

async function onSqlite(directory: string, count: number, now: number): Promise<PageTime[]> {
  const file = path.join(directory, 'audit.db')
  await (await openDatabase(`file:${file}`)).close()
  const db = new Sqlite(file)
  db.pragma('synchronous = OFF')
  const indexes = db
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'AuditRecord' AND sql IS NOT NULL`,
    )
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) db.exec(`DROP INDEX "${name}"`)
  const id = `printf('%012x%012x', ms, n)`
  const at = `strftime('%Y-%m-%dT%H:%M:%f+00:00', ms / 1000.0, 'unixepoch')`
  db.exec(`WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ${count - 1}),
      timed AS (SELECT n, ${now - SPAN_MS} + n * ${SPAN_MS} / ${count} AS ms FROM number)
    ${INTO} ${record(id, at, (number) => `(${number})`)} FROM timed`)
  for (const { sql } of indexes) db.exec(sql)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  const database = await openDatabase(`file:${file}`)
  try {
    return await timesOf('SQLite', database, now)
  } finally {
    await database.close()
  }
}

async function onPostgresql(server: string, count: number, now: number): Promise<PageTime[]> {
  const schema = `bench_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.searchParams.set('schema', schema)
  const client = new pg.Client({ connectionString: server, options: `-c search_path=${schema}` })
  await client.connect()
  const database = await openDatabase(url.href)
  try {
    const { rows } = await client.query<{ indexname: string; indexdef: string }>(
      `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = 'AuditRecord' AND indexname NOT LIKE '%_pkey'`,
      [schema],
    )
    for (const { indexname } of rows) await client.query(`DROP INDEX "${indexname}"`)
    const id = `lpad(to_hex(ms), 12, '0') || lpad(to_hex(n), 12, '0')`
    const at = `to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC'`
    await client.query(`${INTO} ${record(id, at, (number) => `(${number})::text`)}
      FROM (SELECT n, ${now - SPAN_MS} + n * ${SPAN_MS} / ${count} AS ms FROM generate_series(0::bigint, ${count - 1}) AS n) AS timed`)
    for (const { indexdef } of rows) await client.query(indexdef)
    await client.query('VACUUM ANALYZE "AuditRecord"')
    return await timesOf('PostgreSQL', database, now)
  } finally {
    await database.close()
    await client.query(`DROP SCHEMA "${schema}" CASCADE`)
    await client.end()
  }
}

/** The migrations, where what is compiled for this looks for them. */
function linkMigrations(): void {
  const link = fileURLToPath(new URL('../../prisma', import.meta.url))
  if (!existsSync(link)) symlinkSync('../prisma', link)
}

/** How long pages take in a trail of these many records, on SQLite and, where there is one, on PostgreSQL. */
export async function measurePages(directory: string, count: number, postgresql: string | undefined) {
  linkMigrations()
  const now = Date.now()
  return [...(await onSqlite(directory, count, now)), ...(postgresql ? await onPostgresql(postgresql, count, now) : [])]
}
