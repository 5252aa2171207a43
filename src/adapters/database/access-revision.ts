import type { Database, Statement } from './database.js'

const REVISION: Statement = { name: 'access_revision', sql: `SELECT "revision" FROM "AccessRevision" WHERE "id" = 1` }

/** How often applications or groups have been changed: what was read at the same number is still as it was. */
export async function readAccessRevision(database: Database): Promise<number> {
  const [found] = await database.query<{ revision: number | string }>(REVISION)
  return Number(found?.revision)
}
