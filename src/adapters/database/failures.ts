import type { PrismaClientKnownRequestError } from '@prisma/client/runtime/client'
import { AppError } from '../../errors.js'

const RETRY_AFTER_SECONDS = '5'
const NO_CONNECTION = 'NO_CONNECTION'
const NO_TLS = 'NO_TLS'

/** How the database is away: `transient` may be over in a moment, such as a restart or another process's write. */
type Absence = 'transient' | 'lasting'

/** Codes that mean the database could not be used at all; every other one is a refusal of this one request. */
const absences: Record<string, Absence> = {
  // SQLite's primary codes: https://sqlite.org/rescode.html
  SQLITE_BUSY: 'transient',
  SQLITE_LOCKED: 'transient',
  SQLITE_PROTOCOL: 'transient',
  SQLITE_CANTOPEN: 'lasting',
  SQLITE_CORRUPT: 'lasting',
  SQLITE_FULL: 'lasting',
  SQLITE_IOERR: 'lasting',
  SQLITE_NOMEM: 'lasting',
  SQLITE_NOTADB: 'lasting',
  SQLITE_READONLY: 'lasting',

  // PostgreSQL's codes and classes of codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
  '08': 'transient', // connection exceptions; poolers use them for whatever is wrong
  '25006': 'lasting', // read-only
  '28': 'lasting', // who may connect
  '3D': 'lasting', // no such database
  '40': 'transient', // conflicts of transactions
  '42501': 'lasting', // what a role may do
  '53': 'lasting', // out of disk, memory …
  '53300': 'transient', // … or connections
  '55P03': 'lasting', // a lock that was not had in time
  '57': 'lasting', // a statement that took too long, an operator …
  '57P01': 'transient', // … who restarts the server
  '57P02': 'transient',
  '57P03': 'transient',
  '58': 'lasting', // the server's disk

  // Prisma's: https://www.prisma.io/docs/orm/reference/error-reference
  P1: 'lasting', // all that concern the connection …
  P1001: 'transient', // … of which these may pass
  P1008: 'transient',
  P1017: 'transient',
  P2024: 'lasting',
  P2034: 'transient',
  P2037: 'transient',

  // The system's, and Node's for names: https://nodejs.org/api/errors.html#common-system-errors
  ECONNABORTED: 'transient',
  ECONNREFUSED: 'transient',
  ECONNRESET: 'transient',
  EPIPE: 'transient',
  EAI_AGAIN: 'lasting',

  [NO_CONNECTION]: 'transient',
}

const UNKNOWN_AUTHORITY = 'nobody whom this machine trusts has signed its certificate; sslrootcert can name who has'
const OTHER_NAME = 'its certificate is for another name'

/** What is wrong with the TLS of a database, in words: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const tlsFaults: Record<string, string> = {
  [NO_TLS]: 'it speaks no TLS, which its address asks for',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REJECTED: 'its certificate is rejected',
  CERT_REVOKED: 'its certificate is revoked',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; sslrootcert can name it',
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME,
  HOSTNAME_MISMATCH: OTHER_NAME,
  INVALID_CA: 'an authority behind its certificate is none',
  INVALID_PURPOSE: 'its certificate is not for servers',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
}

/** How what pg says without a code begins. */
const connectionLost = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Query read timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'There was an error establishing an SSL connection',
]
const TLS_REFUSED = 'The server does not support SSL connections'

function absenceOf(code: string): Absence | undefined {
  const [sqlite] = /^SQLITE_[A-Z]+/.exec(code) ?? []
  if (sqlite) return absences[sqlite]
  const known = absences[code]
  if (known) return known
  const [, classCode] = /^(\d\w|P1)\w{3}$/.exec(code) ?? []
  if (classCode) return absences[classCode]
  // Whatever else the system or OpenSSL refuses.
  return code in tlsFaults || /^(E[A-Z]+$|ERR_SSL_)/.test(code) ? 'lasting' : undefined
}

/** The database's own code of a failure, as far as one can be found; empty where it is none of the database's. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.name === 'PrismaClientInitializationError') return NO_CONNECTION
  if (connectionLost.some((beginning) => error.message.startsWith(beginning))) return NO_CONNECTION
  if (error.message === TLS_REFUSED) return NO_TLS
  if (isKnownToPrisma(error)) return driverCode(error.meta) ?? error.code
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The code that the driver below Prisma has reported. */
function driverCode(meta: Record<string, unknown> | undefined): string | undefined {
  const { driverAdapterError } = (meta ?? {}) as { driverAdapterError?: { cause?: { originalCode?: unknown } } }
  const code = driverAdapterError?.cause?.originalCode
  return typeof code === 'string' ? code : undefined
}

/** Whether the database could not be used at all, rather than refused this one request. */
export function isAway(code: string): boolean {
  return absenceOf(code) !== undefined
}

/** Whether the same request may succeed in a moment. */
export function isTransient(code: string): boolean {
  return absenceOf(code) === 'transient'
}

/** Whether the database's server speaks no TLS. */
export function isWithoutTls(error: unknown): boolean {
  return codeOf(error) === NO_TLS
}

/** What the rest of the server sees of a database that is away. */
export function databaseUnavailable(code: string, reason = tlsFaults[code]): AppError {
  return new AppError('service_unavailable', {
    detail: `the database cannot be used (${code})${reason ? `: ${reason}` : ''}`,
    headers: { 'Retry-After': RETRY_AFTER_SECONDS },
  })
}

/** SQLite's code and PostgreSQL's. */
const uniqueViolations = ['SQLITE_CONSTRAINT_UNIQUE', '23505']

/** Whether a write failed because another row has the same unique value already. */
export function isUniqueViolation(error: unknown): boolean {
  if (isKnownToPrisma(error)) return error.code === 'P2002'
  return uniqueViolations.includes(codeOf(error))
}

/** Whether a write failed because its row is not there. */
export function isMissing(error: unknown): boolean {
  return isKnownToPrisma(error) && error.code === 'P2025'
}

/** Whether a write failed because the row that it names is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  return ['SQLITE_CONSTRAINT_FOREIGNKEY', '23503'].includes(codeOf(error))
}

/** By its name: the class would have to be loaded. */
function isKnownToPrisma(error: unknown): error is PrismaClientKnownRequestError {
  return error instanceof Error && error.name === 'PrismaClientKnownRequestError'
}
