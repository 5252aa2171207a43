import { hash } from 'node:crypto'
import pg from 'pg'
import type { PrismaClient as CommonPrismaClient } from '../../generated/sqlite/client.js'
import { Database, type Statement } from './database.js'
import { databaseUnavailable, isWithoutTls } from './failures.js'
import { migrate } from './migrations.js'
import { type PostgresqlAddress, readAddress } from './postgresql-address.js'
import { PostgresqlConnections, setAll } from './postgresql-connections.js'

interface Options {
  /** How long one statement may take, in milliseconds; 0: as long as it takes. */
  timeoutMs: number
  /** Called once, when it turns out that a pooler shares the database's sessions among its clients. */
  onShared: () => void
}

const dialect = {
  folder: 'postgresql',
  findHistory: `SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL`,
  timeType: 'TIMESTAMPTZ',
  countType: 'INTEGER',
  now: 'now()',
  placeholder: (index: number) => `$${index}`,
}

/** Opens the PostgreSQL database behind DATABASE_URL, migrated where needed. @throws {MigrationError} */
export async function openPostgresql(databaseUrl: string, { timeoutMs, onShared }: Options): Promise<Database> {
  const { connection, settings, schema } = await reach(readAddress(databaseUrl))
  const connections = new PostgresqlConnections({ connection, settings, timeoutMs, onShared })
  const prepare = preparer(schema)
  return new Database({
    loadPrisma: () => loadPrisma(connections.pool, schema),
    query: async (statement, values) => (await connections.query({ ...prepare(statement), values })).rows,
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    hasRowids: false,
    close: () => connections.pool.end(),
  })
}

/** Migrates the database; returns the address with the connection that has proved to work. */
async function reach(address: PostgresqlAddress): Promise<PostgresqlAddress> {
  try {
    await migrateOnce(address)
    return address
  } catch (error) {
    if (!isWithoutTls(error)) throw error
    const { sslmode, plainConnection } = address
    if (plainConnection) return reach({ ...address, connection: plainConnection, plainConnection: undefined })
    throw sslmode ? databaseUnavailable('NO_TLS', `it speaks no TLS, and sslmode=${sslmode} asks for it`) : error
  }
}

async function loadPrisma(pool: pg.Pool, schema: string): Promise<CommonPrismaClient> {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { PrismaClient } = await import('../../generated/postgresql/client.js')
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema }) })
  // Made of the same models: what differs are filters that only one of the databases knows.
  return prisma as unknown as CommonPrismaClient
}

/** Writes each statement once as PostgreSQL reads it. */
function preparer(schema: string) {
  const prepared = new Map<Statement, { name: string; text: string }>()
  return (statement: Statement) => {
    const known = prepared.get(statement)
    if (known) return known
    const text = postgresqlText(statement.sql, schema)
    // Where sessions are shared without our knowing it, the same name must at least be the same statement.
    const name = `${statement.name}_${hash('sha256', text, 'hex').slice(0, 16)}`
    prepared.set(statement, { name, text })
    return { name, text }
  }
}

/** With numbers for values, and with the schema before each table: no session has to know it. */
function postgresqlText(sql: string, schema: string): string {
  let count = 0
  return sql
    .replace(/\?/g, () => `$${++count}`)
    .replace(/(?<!DISTINCT )\b(FROM|JOIN|INTO|UPDATE) (?=")/g, `$&"${schema}".`)
}

/** On a connection of its own, which may take its time; in one transaction, so that one session does all of it. */
async function migrateOnce({ connection, settings, schema }: PostgresqlAddress): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  // A connection that is lost fails the statement that is under way.
  client.on('error', () => {})
  const needed = { ...settings, DateStyle: 'ISO', search_path: `"${schema}"` }
  try {
    await migrate({
      ...dialect,
      // The number is that of `prisma migrate`'s own lock.
      begin: `BEGIN; SELECT ${setAll(needed, 'transaction')}; SELECT pg_advisory_xact_lock(72707369)`,
      ...(schema !== 'public' && { createSchema: `CREATE SCHEMA IF NOT EXISTS "${schema}"` }),
      execute: async (sql) => void (await client.query(sql)),
      query: async (sql, values = []) => (await client.query(sql, values)).rows,
    })
  } finally {
    await client.end()
  }
}
