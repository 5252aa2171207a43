import type pg from 'pg'
import type { SessionSettings } from './postgresql-connections.js'

/** For a connection to be had, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2000

/** A setting among libpq's `options`: https://www.postgresql.org/docs/current/libpq-connect.html */
const OPTION = /(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\\\s])*)/g

/** What the address of a PostgreSQL database says. */
export interface PostgresqlAddress {
  connection: pg.ClientConfig
  /** The schema of the tables; as in Prisma's addresses, `?schema=` names another than `public`. */
  schema: string
  /** From `?options=`. They are set after connecting, as poolers refuse them before. */
  settings: SessionSettings
}

/** Reads the address of a PostgreSQL database. */
export function readAddress(databaseUrl: string): PostgresqlAddress {
  const url = new URL(databaseUrl)
  const { searchParams } = url
  const options = searchParams.get('options') ?? ''
  searchParams.delete('options')
  return {
    connection: {
      connectionString: url.href,
      application_name: 'dingtalk-login',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    },
    schema: searchParams.get('schema') || 'public',
    settings: Object.fromEntries(
      Array.from(options.matchAll(OPTION), ([, name = '', value = '']) => [
        name.replaceAll('-', '_'),
        value.replace(/\\(.)/g, '$1'),
      ]),
    ),
  }
}
