import { AppError } from '../../errors.js'
import type { FoundSession, NewSession, SessionInfo, SessionRows } from '../../services/ports.js'
import { type Database, type Statement, timeText } from './database.js'
import { isForeignKeyViolation } from './failures.js'
import { removal } from './removal.js'
import { type InfoRow, infoOf, SessionLookup } from './session-lookup.js'

/** SQLite counts so many in a few milliseconds. */
const COUNT_AT_ONCE = 10_000

const INSERT: Statement = {
  name: 'session_insert',
  sql: `INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent",
                                   "secretLabel")
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("idHash") DO NOTHING`,
}
const NEXT_LABEL: Statement = {
  name: 'session_next_label',
  sql: `SELECT "secretLabel" FROM "Session" WHERE "secretLabel" > ? ORDER BY "secretLabel" LIMIT 1`,
}
const TOUCH: Statement = {
  name: 'session_touch',
  sql: `UPDATE "Session" SET "lastSeenAt" = ? WHERE "id" = ? AND "lastSeenAt" = ?`,
}
const LIST: Statement = {
  name: 'session_list',
  sql: `SELECT "id", "createdAt", "lastSeenAt", "ip", "userAgent" FROM "Session"
        WHERE "userId" = ? AND "expiresAt" > ? AND "lastSeenAt" > ? AND "lastSeenAt" < ? ORDER BY "lastSeenAt" DESC`,
}
/** By the index on `lastSeenAt` alone, without looking at the rows; those of the last moment are counted with it. */
const COUNT: Statement = {
  name: 'session_count',
  sql: `SELECT count(*) AS "count", max("lastSeenAt") AS "last" FROM "Session"
        WHERE "lastSeenAt" > ? AND "lastSeenAt" <= COALESCE((SELECT "lastSeenAt" FROM "Session"
          WHERE "lastSeenAt" > ? ORDER BY "lastSeenAt" LIMIT 1 OFFSET ${COUNT_AT_ONCE - 1}), '9999-12-31T00:00:00.000+00:00')`,
}
const REMOVE: Statement = {
  name: 'session_remove',
  sql: `DELETE FROM "Session" WHERE "userId" = ? AND "id" = ? RETURNING "id"`,
}
const REMOVE_OTHERS: Statement = {
  name: 'session_remove_others',
  sql: `DELETE FROM "Session" WHERE "userId" = ? AND "id" <> ? RETURNING "id"`,
}
const REMOVE_ALL: Statement = {
  name: 'session_remove_all',
  sql: `DELETE FROM "Session" WHERE "userId" = ? RETURNING "id"`,
}

/** The `Session` rows, by statements that are prepared once. */
export class SqlSessionRows implements SessionRows {
  readonly #database: Database
  readonly #lookup: SessionLookup
  readonly #removeOfSecret: Statement
  readonly #removals: Record<'expired' | 'idle' | 'future', Statement>

  constructor(database: Database) {
    this.#database = database
    this.#lookup = new SessionLookup(database)
    const ofSessions = (name: string, which: string) =>
      removal({ name: `session_remove_${name}`, table: 'Session', key: 'id', which, skipLocked: database.skipLocked })
    this.#removeOfSecret = ofSessions('of_secret', '"secretLabel" = ? AND "createdAt" < ? ORDER BY "createdAt"')
    this.#removals = {
      expired: ofSessions('expired', '"expiresAt" <= ? ORDER BY "expiresAt"'),
      idle: ofSessions('idle', '"lastSeenAt" <= ? ORDER BY "lastSeenAt"'),
      future: ofSessions('future', '"lastSeenAt" >= ? ORDER BY "lastSeenAt"'),
    }
  }

  async insert({ id, idHash, userId, createdAt, expiresAt, ip, userAgent, secretLabel }: NewSession): Promise<void> {
    const created = timeText(createdAt)
    const times = [created, created, timeText(expiresAt)]
    try {
      await this.#database.query(INSERT, [id, idHash, userId, ...times, ip, userAgent, secretLabel])
    } catch (error) {
      if (isForeignKeyViolation(error)) throw new AppError('attempt_missing', { detail: 'the person was just deleted' })
      throw error
    }
  }

  find(idHash: string): Promise<FoundSession | undefined> {
    return this.#lookup.find(idHash)
  }

  findById(id: string): Promise<FoundSession | undefined> {
    return this.#lookup.findById(id)
  }

  async touch(id: string, lastSeenAt: Date, at: Date): Promise<void> {
    await this.#database.query(TOUCH, [timeText(at), id, timeText(lastSeenAt)], { retry: false })
  }

  async list(userId: string, alive: { unexpiredAt: Date; seenAfter: Date; seenBefore: Date }): Promise<SessionInfo[]> {
    const times = [alive.unexpiredAt, alive.seenAfter, alive.seenBefore].map(timeText)
    return (await this.#database.query<InfoRow>(LIST, [userId, ...times])).map(infoOf)
  }

  async countSome(seenAfter: Date): Promise<{ count: number; last: Date | undefined }> {
    type Row = { count: number | string; last: string | null }
    const from = timeText(seenAfter)
    const [row] = await this.#database.query<Row>(COUNT, [from, from], { retry: false })
    const count = Number(row?.count)
    return { count, last: count < COUNT_AT_ONCE || !row?.last ? undefined : new Date(row.last) }
  }

  async remove(userId: string, id: string): Promise<string[]> {
    return idsOf(await this.#database.query(REMOVE, [userId, id]))
  }

  async removeOthers(userId: string, keptId: string): Promise<string[]> {
    return idsOf(await this.#database.query(REMOVE_OTHERS, [userId, keptId]))
  }

  async removeAll(userId: string): Promise<string[]> {
    return idsOf(await this.#database.query(REMOVE_ALL, [userId]))
  }

  nextSecretLabel(after: string): Promise<string | undefined> {
    return this.#database.first(NEXT_LABEL, [after], (row: { secretLabel: string }) => row.secretLabel)
  }

  async removeOfSecret(label: string, createdBefore: Date): Promise<number> {
    return (await this.#database.query(this.#removeOfSecret, [label, timeText(createdBefore)])).length
  }

  async removeSome(over: { expiredBy: Date; seenBy: Date; seenFrom: Date }): Promise<number> {
    const { expired, idle, future } = this.#removals
    return (
      (await this.#removeBy(expired, over.expiredBy)) ||
      (await this.#removeBy(idle, over.seenBy)) ||
      (await this.#removeBy(future, over.seenFrom))
    )
  }

  async #removeBy(statement: Statement, time: Date): Promise<number> {
    return (await this.#database.query(statement, [timeText(time)])).length
  }
}

function idsOf(rows: unknown[]): string[] {
  return (rows as { id: string }[]).map(({ id }) => id)
}
