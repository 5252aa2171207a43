import type { PrismaClientKnownRequestError } from '@prisma/client/runtime/client'
import { AppError } from '../../errors.js'

const RETRY_AFTER_SECONDS = '5'
const NO_CONNECTION = 'NO_CONNECTION'

/** The database is away or cannot be written: codes of SQLite, classes of PostgreSQL's SQLSTATE, Prisma's, and the system's. */
const AWAY =
  /^(SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|NOMEM)|(08|28|3D|40|53|57|58)\w{3}$|25006|42501|P1\d{3}|P2024|P2034|P2037|E[A-Z]+$|NO_CONNECTION)/
/** Of these, what may be over in a moment: another process's write, a restart, a conflict, a lost connection. */
const TRANSIENT =
  /^(SQLITE_(BUSY|LOCKED|PROTOCOL)|(08|40)\w{3}$|57P0[123]|53300|P1001|P1008|P1017|P2034|P2037|ECONN|EPIPE|NO_CONNECTION)/
/** What pg says without a code. */
const CONNECTION_LOST =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout e|The server does not support SSL)/

/** The database's own code of a failure, as far as one can be found; empty where it is none of the database's. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.name === 'PrismaClientInitializationError' || CONNECTION_LOST.test(error.message)) return NO_CONNECTION
  if (isKnownToPrisma(error)) return driverCode(error.meta) ?? error.code
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The code that the driver below Prisma gave. */
function driverCode(meta: Record<string, unknown> | undefined): string | undefined {
  const { driverAdapterError } = (meta ?? {}) as { driverAdapterError?: { cause?: { originalCode?: unknown } } }
  const code = driverAdapterError?.cause?.originalCode
  return typeof code === 'string' ? code : undefined
}

/** Whether the database could not be used at all, rather than refused this one request. */
export function isAway(code: string): boolean {
  return AWAY.test(code)
}

/** Whether the same request may succeed in a moment. */
export function isTransient(code: string): boolean {
  return TRANSIENT.test(code)
}

/** What the rest of the server sees of a database that is away. */
export function unavailable(code: string): AppError {
  return new AppError('service_unavailable', {
    detail: `the database cannot be used (${code})`,
    headers: { 'Retry-After': RETRY_AFTER_SECONDS },
  })
}

/** Whether a write failed because another row has the same unique value already. */
export function isUniqueViolation(error: unknown): boolean {
  return isKnownToPrisma(error) && error.code === 'P2002'
}

/** By its name: the class would have to be loaded. */
function isKnownToPrisma(error: unknown): error is PrismaClientKnownRequestError {
  return error instanceof Error && error.name === 'PrismaClientKnownRequestError'
}
