import type pg from 'pg'
import type { SessionSettings } from './postgresql-connections.js'

/** For a connection to be had, in milliseconds: also while a first login after a start loads its code on a busy machine. */
const CONNECT_TIMEOUT_MS = 5000

/** A setting among libpq's `options`: https://www.postgresql.org/docs/current/libpq-connect.html */
const OPTION = /(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\\\s])*)/g

/** What the address of a PostgreSQL database says. */
export interface PostgresqlAddress {
  connection: pg.ClientConfig
  /** As it stands there. */
  sslmode: string | null
  /** Without TLS, where the address only prefers it. */
  plainConnection: pg.ClientConfig | undefined
  /** The schema of the tables; as in Prisma's addresses, `?schema=` names another than `public`. */
  schema: string
  /** From `?options=`. They are set after connecting, as poolers refuse them before. */
  settings: SessionSettings
}

/** Reads the address of a PostgreSQL database. */
export function readAddress(databaseUrl: string): PostgresqlAddress {
  const { searchParams } = new URL(databaseUrl)
  const sslmode = searchParams.get('sslmode')
  const isPreferred = sslmode === 'prefer' || sslmode === 'allow'
  return {
    connection: connectionTo(databaseUrl, isPreferred ? 'prefer' : sslmode),
    sslmode,
    plainConnection: isPreferred ? connectionTo(databaseUrl, 'disable') : undefined,
    schema: searchParams.get('schema') || 'public',
    settings: settingsOf(searchParams.get('options') ?? ''),
  }
}

/**
 * `prefer` means what libpq means by it: https://www.postgresql.org/docs/current/libpq-ssl.html. The stricter modes
 * all check the certificate and its name, as pg has it: each is sent as the one that pg takes without a warning.
 */
function connectionTo(databaseUrl: string, sslmode: string | null): pg.ClientConfig {
  const url = new URL(databaseUrl)
  const { searchParams } = url
  searchParams.delete('options')
  if (sslmode === 'prefer') searchParams.set('uselibpqcompat', 'true')
  const isLibpq = searchParams.get('uselibpqcompat') === 'true'
  const isStrict = !isLibpq && (sslmode === 'require' || sslmode === 'verify-ca')
  if (sslmode) searchParams.set('sslmode', isStrict ? 'verify-full' : sslmode)
  return {
    connectionString: url.href,
    application_name: 'dingtalk-login',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  }
}

function settingsOf(options: string): SessionSettings {
  const pairs = Array.from(options.matchAll(OPTION), ([, name = '', value = '']) => [
    name.replaceAll('-', '_'),
    value.replace(/\\(.)/g, '$1'),
  ])
  return Object.fromEntries(pairs)
}
