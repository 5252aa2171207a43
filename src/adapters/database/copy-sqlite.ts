import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { placeNewFile } from '../place-new-file.js'

/** How long a writer in the way is waited for, in milliseconds: whoever copies has nothing else to do. */
const WAIT_MS = 10_000
const OWNER_ONLY = 0o600

/**
 * Copies an SQLite file into a new one, as it is at one moment; whoever uses it goes on meanwhile. The new file is
 * readable by its owner alone, and gets its name when it is whole. Where it cannot be finished, nothing is left.
 * Returns false where something stands at `target`.
 * @throws an error of the system's, or one of SQLite's
 */
export function copySqlite(file: string, target: string): boolean {
  const part = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.part`)
  const descriptor = openSync(part, 'wx', OWNER_ONLY)
  try {
    copyInto(part, file)
    fsyncSync(descriptor)
    return placeNewFile(part, target)
  } finally {
    closeSync(descriptor)
    rmSync(part, { force: true })
  }
}

/** SQLite writes into a file that is there only while it is empty: https://sqlite.org/lang_vacuum.html#vacuuminto */
function copyInto(part: string, file: string): void {
  const sqlite = new Sqlite(file, { timeout: WAIT_MS, fileMustExist: true })
  try {
    sqlite.prepare('VACUUM INTO ?').run([part])
  } finally {
    sqlite.close()
  }
}
