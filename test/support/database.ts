import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'

export type Row = Record<string, unknown>

/** A place for one database that nobody else uses; nothing is in it until a server makes it. */
export interface TestDatabase {
  /** As DATABASE_URL takes it. */
  url: string
  kind: 'sqlite' | 'postgresql'
  /** Asks on a connection of the test's own. Numbers come as numbers, points in time as texts. */
  sql(text: string): Promise<Row[]>
  /** Changes with every write to the tables; where the audit trail is kept, on SQLite with its batches too. */
  lastWrite(): Promise<unknown>
  /** Makes every such write fail; gives the way to end it. */
  forbid(
    verb: 'INSERT' | 'UPDATE' | 'DELETE',
    table: 'User' | 'Session' | 'Application' | 'Group' | 'AuditRecord',
  ): Promise<() => Promise<void>>
  /** Keeps everybody else from writing, not from reading; gives the way to end it. */
  lockWrites(): Promise<() => Promise<void>>
  remove(): Promise<void>
}

/** Whether the tests run on PostgreSQL: where TEST_DATABASE_URL names one, see vitest.config.ts. */
export const onPostgresql = Boolean(process.env.TEST_DATABASE_URL)

export function makeDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL
  return server ? makeSchema(server) : makeFile()
}

export async function makeFile(): Promise<TestDatabase> {
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  const file = path.join(directory, 'data', 'login.db')
  let connection: Sqlite.Database | undefined
  const sql = async (text: string) => {
    connection ??= new Sqlite(file)
    if (/^\s*(SELECT|PRAGMA|EXPLAIN)/i.test(text)) return connection.prepare(text).all() as Row[]
    connection.exec(text)
    return []
  }
  return {
    url: `file:${file}`,
    kind: 'sqlite',
    sql,
    lastWrite: () => sql('PRAGMA data_version'),
    forbid: async (verb, table) => {
      await sql(`CREATE TRIGGER no_${verb} BEFORE ${verb} ON "${table}" BEGIN SELECT RAISE(ABORT, 'no'); END`)
      return async () => void (await sql(`DROP TRIGGER no_${verb}`))
    },
    lockWrites: async () => {
      await sql('BEGIN IMMEDIATE')
      return async () => void (await sql('ROLLBACK'))
    },
    remove: async () => {
      connection?.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const numbers = new Set<number>([pg.types.builtins.INT4, pg.types.builtins.INT8])
const types = {
  getTypeParser: (oid: number) => (numbers.has(oid) ? Number : (text: string) => text),
} as pg.CustomTypesConfig

export async function makeSchema(server: string): Promise<TestDatabase> {
  const schema = `t_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.searchParams.set('schema', schema)
  const client = new pg.Client({ connectionString: server, options: `-c search_path=${schema}`, types })
  await client.connect()
  const sql = async (text: string) => (await client.query(text)).rows as Row[]
  return {
    url: url.href,
    kind: 'postgresql',
    sql,
    lastWrite: () => sql('SELECT xmin, id FROM "User" UNION ALL SELECT xmin, id FROM "Session" ORDER BY id'),
    forbid: async (verb, table) => {
      await sql(`CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
        CREATE TRIGGER no_${verb} BEFORE ${verb} ON "${table}" EXECUTE FUNCTION no()`)
      return async () => void (await sql(`DROP TRIGGER no_${verb} ON "${table}"`))
    },
    lockWrites: async () => {
      await sql('BEGIN; LOCK TABLE "User", "Session", "OpenidRecord" IN SHARE MODE')
      return async () => void (await sql('ROLLBACK'))
    },
    remove: async () => {
      await client.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await client.end()
    },
  }
}
