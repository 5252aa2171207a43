import { randomUUID } from 'node:crypto'
import type { ApplicationSessionRows, EndedApplicationSession } from '../../services/application-session.js'
import { type Database, type Statement, timeText } from './database.js'
import { isForeignKeyViolation } from './failures.js'

const DUE_AT_ONCE = 200

/** Found as it would be written, since most people come again to an application that they have come to in this session. */
const OPENED: Statement = {
  name: 'application_session_opened',
  sql: `SELECT "sid" FROM "ApplicationSession"
        WHERE "sessionId" = ? AND "applicationId" = ? AND "logoutUri" IS NOT DISTINCT FROM ?`,
}
const OPEN: Statement = {
  name: 'application_session_open',
  sql: `INSERT INTO "ApplicationSession"
          ("sid", "sessionId", "applicationId", "userId", "logoutUri", "createdAt", "nextTryAt")
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT ("sessionId", "applicationId") DO UPDATE SET "logoutUri" = excluded."logoutUri"
        RETURNING "sid"`,
}
const SESSION_OF: Statement = {
  name: 'application_session_find',
  sql: `SELECT "sessionId" FROM "ApplicationSession" WHERE "sid" = ?`,
}
const DUE: Statement = {
  name: 'application_session_due',
  sql: `SELECT s."sid", s."applicationId", s."userId", s."triedAt", s."nextTryAt",
               CASE WHEN a."id" IS NULL THEN s."logoutUri" ELSE a."backchannelLogoutUri" END AS "logoutUri"
        FROM "ApplicationSession" s LEFT JOIN "Application" a ON a."id" = s."applicationId"
        WHERE s."sessionId" IS NULL AND s."nextTryAt" <= ? ORDER BY s."nextTryAt" LIMIT ${DUE_AT_ONCE}`,
}
const POSTPONE: Statement = {
  name: 'application_session_postpone',
  sql: `UPDATE "ApplicationSession" SET "nextTryAt" = ?, "triedAt" = ? WHERE "sid" = ? AND "nextTryAt" = ?
        RETURNING "sid"`,
}
const REMOVE: Statement = {
  name: 'application_session_remove',
  sql: `DELETE FROM "ApplicationSession" WHERE "sid" = ?`,
}

interface Row {
  sid: string
  applicationId: string
  userId: string
  logoutUri: string | null
  triedAt: string | null
  nextTryAt: string
}

/** The `ApplicationSession` rows. Whatever deletes a session empties their `sessionId` in the same statement. */
export class SqlApplicationSessionRows implements ApplicationSessionRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async open({ sessionId, applicationId, userId, logoutUri, now }: Parameters<ApplicationSessionRows['open']>[0]) {
    const opened = await this.#database.first(OPENED, [sessionId, applicationId, logoutUri], sidOf)
    if (opened !== undefined) return opened
    const values = [randomUUID(), sessionId, applicationId, userId, logoutUri, timeText(now), timeText(now)]
    try {
      return await this.#database.first(OPEN, values, sidOf)
    } catch (error) {
      if (isForeignKeyViolation(error)) return undefined
      throw error
    }
  }

  sessionOf(sid: string): Promise<string | undefined> {
    return this.#database.first(SESSION_OF, [sid], (row: { sessionId: string | null }) => row.sessionId ?? undefined)
  }

  async due(now: Date): Promise<EndedApplicationSession[]> {
    const rows = await this.#database.query<Row>(DUE, [timeText(now)], { retry: false })
    return rows.map(({ triedAt, nextTryAt, ...row }) => ({
      ...row,
      triedAt: triedAt === null ? null : new Date(triedAt),
      nextTryAt: new Date(nextTryAt),
    }))
  }

  async postpone({ sid, nextTryAt }: EndedApplicationSession, until: Date, triedAt: Date | null): Promise<boolean> {
    const values = [timeText(until), triedAt && timeText(triedAt), sid, timeText(nextTryAt)]
    return (await this.#database.query(POSTPONE, values)).length > 0
  }

  async remove(sid: string): Promise<void> {
    await this.#database.query(REMOVE, [sid])
  }
}

function sidOf({ sid }: { sid: string }): string {
  return sid
}
