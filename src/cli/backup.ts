import { existsSync } from 'node:fs'
import path from 'node:path'
import { codeOf, databaseUnavailable, isAway } from '../adapters/database/failures.js'
import { sqliteFile } from '../adapters/database/open-database.js'
import { loadEnvFile } from '../config/env-file.js'
import { readSetting } from '../config/single-settings.js'
import { OperatorError } from '../errors.js'
import { printResult } from './print.js'
import { paint } from './style.js'

/**
 * Copies the SQLite file that `DATABASE_URL` names, in the environment or `.env`, into a file that is not there.
 * It is taken as it is: no migration runs.
 * @throws {OperatorError} @throws {AppError} `service_unavailable`
 */
export async function backUp(target: string, json: boolean): Promise<void> {
  loadEnvFile(process.env)
  const file = sqliteFile(readSetting(process.env, 'DATABASE_URL'))
  if (!file) throw new OperatorError('DATABASE_URL names PostgreSQL, which pg_dump backs up.')
  if (!existsSync(file)) throw new OperatorError(`There is no database at ${file}: DATABASE_URL names it.`)
  const copy = path.resolve(target)
  // A large database is not copied for nothing.
  if (existsSync(copy) || !(await copied(file, copy)))
    throw new OperatorError(`${target} is there already, and is left alone.`)
  printResult({ text: paint('done', `${file} is copied to ${copy}.`), json: { from: file, to: copy } }, json)
}

/** Returns false where something has appeared there. */
async function copied(file: string, copy: string): Promise<boolean> {
  const { copySqlite } = await import('../adapters/database/copy-sqlite.js')
  try {
    return copySqlite(file, copy)
  } catch (error) {
    // What went wrong with the new file; what is wrong with the database is told as everywhere.
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall) throw new OperatorError(`${copy} cannot be written: ${code}`)
    throw isAway(codeOf(error)) ? databaseUnavailable(codeOf(error)) : error
  }
}
