import { existsSync } from 'node:fs'
import { pino } from 'pino'
import type { Database } from '../adapters/database/database.js'
import { openDatabase, sqliteFile } from '../adapters/database/open-database.js'
import { loadAuditTrail } from '../adapters/load-audit-trail.js'
import { loadEnvFile } from '../config/env-file.js'
import { readAuditRetention, readSetting } from '../config/single-settings.js'
import { OperatorError } from '../errors.js'
import { createLogger } from '../log.js'
import { Audit } from '../services/audit.js'

/** What an operator's command works with. */
export interface Tools {
  database: Database
  /** Writes to standard error: standard output is the command's answer. */
  audit: Audit
}

/**
 * Opens the database that `DATABASE_URL` names, in the environment or `.env`, for one command.
 * @throws {OperatorError} where it is an SQLite file that is not there
 * @throws {AppError} `service_unavailable`
 */
export async function withDatabase<T>(work: (tools: Tools) => Promise<T>): Promise<T> {
  loadEnvFile(process.env)
  const database = await openExisting(readSetting(process.env, 'DATABASE_URL'))
  const log = createLogger('info', pino.destination(2))
  const trail = await loadAuditTrail({
    ...{ database, log, idleTimeoutMs: 0 },
    retentionMs: readAuditRetention(process.env),
  })
  try {
    return await work({ database, audit: new Audit({ log, trail: trail.writer }) })
  } finally {
    await trail.close()
    await database.close()
  }
}

/** A command in the wrong folder must not make an empty file. */
function openExisting(databaseUrl: string): Promise<Database> {
  const file = sqliteFile(databaseUrl)
  if (file && !existsSync(file)) throw new OperatorError(`There is no database at ${file}: DATABASE_URL names it.`)
  return openDatabase(databaseUrl, { timeoutMs: 0 })
}
