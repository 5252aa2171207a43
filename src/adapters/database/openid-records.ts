import type { FoundRecord, OpenidRecord, OpenidRecords } from '../../services/openid-records.js'
import { type Database, type Statement, timeText } from './database.js'
import { isForeignKeyViolation } from './failures.js'

const REMOVE_AT_ONCE = 200

const SAVE: Statement = {
  name: 'openid_save',
  sql: `INSERT INTO "OpenidRecord"
          ("idHash", "kind", "payload", "grantId", "sessionId", "applicationId", "expiresAt")
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT ("idHash") DO UPDATE SET "payload" = excluded."payload", "expiresAt" = excluded."expiresAt"`,
}
const FIND: Statement = {
  name: 'openid_find',
  sql: `SELECT "kind", "payload", "grantId", "sessionId", "applicationId", "expiresAt", "consumedAt"
        FROM "OpenidRecord" WHERE "idHash" = ?`,
}
const CONSUME: Statement = {
  name: 'openid_consume',
  sql: `UPDATE "OpenidRecord" SET "consumedAt" = ? WHERE "idHash" = ? AND "consumedAt" IS NULL RETURNING "idHash"`,
}
const REMOVE: Statement = { name: 'openid_remove', sql: `DELETE FROM "OpenidRecord" WHERE "idHash" = ?` }
const REMOVE_GRANT: Statement = {
  name: 'openid_remove_grant',
  sql: `DELETE FROM "OpenidRecord" WHERE "grantId" = ?`,
}

interface Row {
  kind: string
  payload: string
  grantId: string | null
  sessionId: string | null
  applicationId: string | null
  expiresAt: string
  consumedAt: string | null
}

/** The `OpenidRecord` rows, by statements that are prepared once. */
export class SqlOpenidRecords implements OpenidRecords {
  readonly #database: Database
  readonly #removeExpired: Statement

  constructor(database: Database) {
    this.#database = database
    this.#removeExpired = {
      name: 'openid_remove_expired',
      sql: `DELETE FROM "OpenidRecord" WHERE "idHash" IN
            (SELECT "idHash" FROM "OpenidRecord" WHERE "expiresAt" <= ? ORDER BY "expiresAt"
             LIMIT ${REMOVE_AT_ONCE} ${database.skipLocked}) RETURNING "idHash"`,
    }
  }

  async save(idHash: string, record: OpenidRecord): Promise<boolean> {
    const { kind, payload, grantId, sessionId, applicationId, expiresAt } = record
    const values = [idHash, kind, JSON.stringify(payload), grantId, sessionId, applicationId, timeText(expiresAt)]
    try {
      await this.#database.query(SAVE, values)
      return true
    } catch (error) {
      if (isForeignKeyViolation(error)) return false
      throw error
    }
  }

  async find(idHash: string): Promise<FoundRecord | undefined> {
    const [row] = await this.#database.query<Row>(FIND, [idHash])
    if (!row) return undefined
    const { payload, expiresAt, consumedAt, ...plain } = row
    return {
      ...plain,
      payload: JSON.parse(payload),
      expiresAt: new Date(expiresAt),
      consumedAt: consumedAt === null ? null : new Date(consumedAt),
    }
  }

  async consume(idHash: string, at: Date): Promise<boolean> {
    return (await this.#database.query(CONSUME, [timeText(at), idHash])).length > 0
  }

  async remove(idHash: string): Promise<void> {
    await this.#database.query(REMOVE, [idHash])
  }

  async removeGrant(grantId: string): Promise<void> {
    await this.#database.query(REMOVE_GRANT, [grantId])
  }

  async removeExpired(by: Date): Promise<number> {
    return (await this.#database.query(this.#removeExpired, [timeText(by)])).length
  }
}
