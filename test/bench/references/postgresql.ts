import pg from 'pg'
import { settings } from './settings.js'

/** As many connections as the server keeps. */
const MAX_CONNECTIONS = 10

// Points in time in milliseconds.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Connections to the schema that the address names, which then has these tables. */
export async function openPool(tables: string): Promise<pg.Pool> {
  const schema = new URL(settings.databaseUrl).searchParams.get('schema') ?? 'public'
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl,
    max: MAX_CONNECTIONS,
    options: `-c search_path=${schema} -c client_min_messages=warning`,
  })
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  await pool.query(tables)
  return pool
}

/** A statement that each connection prepares once. */
export function prepared<Row>(pool: pg.Pool, name: string, text: string) {
  return async (values: unknown[]): Promise<Row[]> => (await pool.query({ name, text, values })).rows
}
