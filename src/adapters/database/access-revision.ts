import type { Database, Statement } from './database.js'

const REVISION: Statement = { name: 'access_revision', sql: `SELECT "revision" FROM "AccessRevision" WHERE "id" = 1` }

/**
 * How often applications or groups have been changed: what was read at the same number is still as it was. Without its row
 * it is NaN, which equals no other.
 */
export function readAccessRevision(database: Database): Promise<number> {
  return database.first(REVISION, [], (row: { revision: number | string }) => row.revision).then(Number)
}
