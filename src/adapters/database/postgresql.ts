import pg from 'pg'
import type { PrismaClient as CommonPrismaClient } from '../../generated/sqlite/client.js'
import { Database, type Statement } from './database.js'
import { migrate } from './migrations.js'

/** For a connection to be had, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2000
const MAX_CONNECTIONS = 10
/** How much longer than the server itself a statement's end is waited for, in milliseconds. */
const GRACE_MS = 1000
/** The dates of every other style would be read as none. */
const ISO_DATES = 'SET datestyle = ISO'
/** The type of a point in time without a zone; all of ours are in UTC. */
const TIMESTAMP = 1114

const dialect = {
  folder: 'postgresql',
  // The number is that of `prisma migrate`'s own lock.
  begin: 'BEGIN; SELECT pg_advisory_xact_lock(72707369)',
  findHistory: `SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL`,
  timeType: 'TIMESTAMPTZ',
  countType: 'INTEGER',
  now: 'now()',
  placeholder: (index: number) => `$${index}`,
}

/**
 * Opens the PostgreSQL database behind DATABASE_URL, migrated where needed. As in Prisma's addresses, `?schema=` names another
 * schema than `public`.
 * @throws {MigrationError}
 */
export async function openPostgresql(databaseUrl: string, timeoutMs: number): Promise<Database> {
  const url = new URL(databaseUrl)
  const schema = url.searchParams.get('schema') ?? undefined
  const options = [url.searchParams.get('options'), schema && `-c search_path="${schema}"`].filter(Boolean).join(' ')
  // What stands in the address would win.
  url.searchParams.delete('options')
  const connection = {
    connectionString: url.href,
    application_name: 'dingtalk-login',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(options && { options }),
  }
  await migrateOnce(connection, schema)

  const pool = new pg.Pool({
    ...connection,
    max: MAX_CONNECTIONS,
    ...(timeoutMs > 0 && { query_timeout: timeoutMs + GRACE_MS }),
    // The server has to give a statement up as well: it does not see that its client has gone while it waits for a lock.
    onConnect: async (client) =>
      void (await client.query(timeoutMs > 0 ? `${ISO_DATES}; SET statement_timeout = ${timeoutMs}` : ISO_DATES)),
    types: { getTypeParser: parserOf },
  })
  // An idle connection that is lost is replaced when the next one is needed; without a listener it would end the process.
  pool.on('error', () => {})

  const texts = new Map<Statement, string>()
  const number = (statement: Statement) => {
    let count = 0
    const text = statement.sql.replace(/\?/g, () => `$${++count}`)
    texts.set(statement, text)
    return text
  }
  return new Database({
    loadPrisma: async () => {
      const { PrismaPg } = await import('@prisma/adapter-pg')
      const { PrismaClient } = await import('../../generated/postgresql/client.js')
      const prisma = new PrismaClient({ adapter: new PrismaPg(pool, schema ? { schema } : {}) })
      // Made of the same models: what differs are filters that only one of the databases knows.
      return prisma as unknown as CommonPrismaClient
    },
    query: async (statement, values) => {
      const text = texts.get(statement) ?? number(statement)
      return (await pool.query({ name: statement.name, text, values })).rows
    },
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    close: () => pool.end(),
  })
}

/** On a connection of its own, which may take its time. */
async function migrateOnce(connection: pg.ClientConfig, schema: string | undefined): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  // A connection that is lost fails the statement that is under way.
  client.on('error', () => {})
  try {
    await client.query(ISO_DATES)
    await migrate({
      ...dialect,
      ...(schema && { createSchema: `CREATE SCHEMA IF NOT EXISTS "${schema}"` }),
      execute: async (sql) => void (await client.query(sql)),
      query: async (sql, values = []) => (await client.query(sql, values)).rows,
    })
  } finally {
    await client.end()
  }
}

/** Points in time come as texts that name their zone, as in SQLite. */
function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === TIMESTAMP) return (text: string) => `${text.replace(' ', 'T')}+00:00`
  return pg.types.getTypeParser(oid, format as 'text')
}
