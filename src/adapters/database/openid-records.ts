import type { FoundRecord, OpenidRecord, OpenidRecords } from '../../services/openid-records.js'
import { type Database, type Statement, timeText } from './database.js'
import { isForeignKeyViolation } from './failures.js'
import { removal } from './removal.js'

const COLUMNS = '"idHash", "kind", "payload", "grantId", "sessionId", "applicationId", "expiresAt"'
const OR_UPDATE =
  'ON CONFLICT ("idHash") DO UPDATE SET "payload" = excluded."payload", "expiresAt" = excluded."expiresAt"'
const SAVE: Statement = {
  name: 'openid_save',
  sql: `INSERT INTO "OpenidRecord" (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ${OR_UPDATE} RETURNING "idHash"`,
}
/**
 * Nothing locks the grant, as that could stop the end of a session: what is saved at the very moment of the grant's end
 * may stay until it expires, but is no good without a grant.
 */
const SAVE_GIVEN: Statement = {
  name: 'openid_save_given',
  sql: `INSERT INTO "OpenidRecord" (${COLUMNS})
        SELECT ?, ?, ?, ?, ?, ?, ? FROM "OpenidRecord" WHERE "grantId" = ? AND "kind" = 'Grant'
        ${OR_UPDATE} RETURNING "idHash"`,
}
const FIND: Statement = {
  name: 'openid_find',
  sql: `SELECT r."kind", r."payload", r."grantId", r."sessionId", r."applicationId", r."expiresAt", r."consumedAt",
               g."payload" AS "grant"
        FROM "OpenidRecord" r LEFT JOIN "OpenidRecord" g ON g."grantId" = r."grantId" AND g."kind" = 'Grant'
        WHERE r."idHash" = ?`,
}
const CONSUME: Statement = {
  name: 'openid_consume',
  sql: `UPDATE "OpenidRecord" SET "consumedAt" = ? WHERE "idHash" = ? AND "consumedAt" IS NULL RETURNING "idHash"`,
}
const REMOVE: Statement = { name: 'openid_remove', sql: `DELETE FROM "OpenidRecord" WHERE "idHash" = ?` }
/** By itself, and first: from then on nothing is saved for it, and what was saved until then the next statement sees. */
const REMOVE_GRANT_ITSELF: Statement = {
  name: 'openid_remove_grant_itself',
  sql: `DELETE FROM "OpenidRecord" WHERE "grantId" = ? AND "kind" = 'Grant'`,
}
const REMOVE_GIVEN: Statement = { name: 'openid_remove_given', sql: `DELETE FROM "OpenidRecord" WHERE "grantId" = ?` }

interface Row {
  kind: string
  payload: string
  grantId: string | null
  sessionId: string | null
  applicationId: string | null
  expiresAt: string
  consumedAt: string | null
  grant: string | null
}

/** The `OpenidRecord` rows, by statements that are prepared once. */
export class SqlOpenidRecords implements OpenidRecords {
  readonly #database: Database
  readonly #removeExpired: Statement

  constructor(database: Database) {
    this.#database = database
    this.#removeExpired = removal({
      ...{ name: 'openid_remove_expired', table: 'OpenidRecord', key: 'idHash' },
      ...{ which: '"expiresAt" <= ? ORDER BY "expiresAt"', skipLocked: database.skipLocked },
    })
  }

  save(record: OpenidRecord): Promise<boolean> {
    const { grantId, kind } = record
    const isGiven = grantId !== null && kind !== 'Grant'
    return isGiven ? this.#save(SAVE_GIVEN, [...valuesOf(record), grantId]) : this.#save(SAVE, valuesOf(record))
  }

  find(idHash: string): Promise<FoundRecord | undefined> {
    return this.#database.first(FIND, [idHash], foundOf)
  }

  async consume(idHash: string, at: Date): Promise<boolean> {
    return (await this.#database.query(CONSUME, [timeText(at), idHash])).length > 0
  }

  async remove(idHash: string): Promise<void> {
    await this.#database.query(REMOVE, [idHash])
  }

  async removeGrant(grantId: string): Promise<void> {
    await this.#database.query(REMOVE_GRANT_ITSELF, [grantId])
    await this.#database.query(REMOVE_GIVEN, [grantId])
  }

  async removeExpired(by: Date): Promise<number> {
    return (await this.#database.query(this.#removeExpired, [timeText(by)])).length
  }

  async #save(statement: Statement, values: (string | null)[]): Promise<boolean> {
    try {
      return (await this.#database.query(statement, values)).length > 0
    } catch (error) {
      if (isForeignKeyViolation(error)) return false
      throw error
    }
  }
}

function foundOf(row: Row): FoundRecord {
  const { kind, payload, grantId, sessionId, applicationId, expiresAt, consumedAt, grant } = row
  return {
    ...{ kind, grantId, sessionId, applicationId },
    payload: JSON.parse(payload),
    expiresAt: new Date(expiresAt),
    consumedAt: consumedAt === null ? null : new Date(consumedAt),
    grant: grant === null ? undefined : JSON.parse(grant),
  }
}

function valuesOf(record: OpenidRecord): (string | null)[] {
  const { idHash, kind, payload, grantId, sessionId, applicationId, expiresAt } = record
  return [idHash, kind, JSON.stringify(payload), grantId, sessionId, applicationId, timeText(expiresAt)]
}
