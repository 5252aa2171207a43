import { createHash, randomUUID } from 'node:crypto'
import { AppError } from '../../errors.js'
import type { LiveSession, NewSession, SessionInfo, SessionStore } from '../../services/ports.js'
import { MINUTE } from '../../time.js'
import { type Database, type Statement, timeText } from './database.js'
import { type UserRow, userOf } from './user-row.js'

interface Options {
  database: Database
  idleTimeoutMs: number
  maxAgeMs: number
  now?: () => number
}

const SWEEP_STEP = 200

const OPEN: Statement = {
  name: 'session_open',
  sql: `INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent")
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("idHash") DO NOTHING`,
}
/** The session and its person at once: every request of somebody who is signed in asks this. */
const FIND: Statement = {
  name: 'session_find',
  sql: `SELECT s."id" AS "sessionId", s."createdAt", s."lastSeenAt", s."expiresAt", s."ip", s."userAgent",
               u."id", u."unionId", u."username", u."nick", u."avatarUrl", u."lastLoginAt",
               u."membershipCheckedAt", u."disabledAt"
        FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."idHash" = ?`,
}
/** Of parallel requests one writes: what it read must still be so. */
const TOUCH: Statement = {
  name: 'session_touch',
  sql: `UPDATE "Session" SET "lastSeenAt" = ? WHERE "id" = ? AND "lastSeenAt" = ?`,
}
const CLOSE: Statement = { name: 'session_close', sql: `DELETE FROM "Session" WHERE "idHash" = ?` }
const LIST: Statement = {
  name: 'session_list',
  sql: `SELECT "id", "createdAt", "lastSeenAt", "ip", "userAgent" FROM "Session"
        WHERE "userId" = ? AND "expiresAt" > ? AND "lastSeenAt" > ? AND "lastSeenAt" < ? ORDER BY "lastSeenAt" DESC`,
}
/** By the index on `lastSeenAt` alone, without looking at the rows. */
const COUNT: Statement = {
  name: 'session_count',
  sql: `SELECT count(*) AS "count" FROM "Session" WHERE "lastSeenAt" > ?`,
}
const END: Statement = {
  name: 'session_end',
  sql: `DELETE FROM "Session" WHERE "userId" = ? AND "id" = ? RETURNING "id"`,
}
const END_OTHERS: Statement = {
  name: 'session_end_others',
  sql: `DELETE FROM "Session" WHERE "userId" = ? AND "id" <> ? RETURNING "id"`,
}
const END_ALL: Statement = {
  name: 'session_end_all',
  sql: `DELETE FROM "Session" WHERE "userId" = ? RETURNING "id"`,
}

interface InfoRow {
  id: string
  createdAt: string
  lastSeenAt: string
  ip: string
  userAgent: string
}

interface FoundRow extends InfoRow, UserRow {
  sessionId: string
  expiresAt: string
}

/** The `Session` rows. Callers hold the cookie's id; the rows hold its hash. */
export class SqlSessions implements SessionStore {
  readonly #database: Database
  readonly #idleTimeoutMs: number
  readonly #maxAgeMs: number
  readonly #touchEveryMs: number
  readonly #removals: Record<'expired' | 'idle' | 'future', Statement>
  readonly #now: () => number

  constructor({ database, idleTimeoutMs, maxAgeMs, now = Date.now }: Options) {
    this.#database = database
    this.#idleTimeoutMs = idleTimeoutMs
    this.#maxAgeMs = maxAgeMs
    // At most once a minute a session, and often enough that a short idle timeout does not end one in use.
    this.#touchEveryMs = Math.min(MINUTE, idleTimeoutMs / 4)
    this.#removals = {
      expired: removal('expired', '"expiresAt" <= ? ORDER BY "expiresAt"', database.skipLocked),
      idle: removal('idle', '"lastSeenAt" <= ? ORDER BY "lastSeenAt"', database.skipLocked),
      future: removal('future', '"lastSeenAt" >= ? ORDER BY "lastSeenAt"', database.skipLocked),
    }
    this.#now = now
  }

  async open(cookieId: string, { userId, ip, userAgent }: NewSession): Promise<void> {
    const createdAt = timeText(new Date(this.#now()))
    const expiresAt = timeText(new Date(this.#now() + this.#maxAgeMs))
    // The same callback twice at once: one session, which is there already.
    await this.#database.query(OPEN, [
      randomUUID(),
      hash(cookieId),
      userId,
      createdAt,
      createdAt,
      expiresAt,
      ip,
      userAgent,
    ])
  }

  async find(cookieId: string): Promise<LiveSession | undefined> {
    const [row] = await this.#database.query<FoundRow>(FIND, [hash(cookieId)])
    if (!row || row.disabledAt !== null) return undefined
    const info = infoOf({ ...row, id: row.sessionId })
    const now = this.#now()
    // A session that was last seen far in the future began before the clock was put back: it may be of any age.
    const unseenMs = Math.abs(now - info.lastSeenAt.getTime())
    // Asked so that a time which cannot be read ends it.
    if (!(now < Date.parse(row.expiresAt) && unseenMs < this.#idleTimeoutMs)) return undefined
    return { info, user: userOf(row) }
  }

  /** Writes at most once a minute a session. Where the database cannot be written now, nobody waits for it: the next request tries again. */
  async touch({ id, lastSeenAt }: SessionInfo): Promise<void> {
    const now = this.#now()
    // Also where the clock was put back.
    if (Math.abs(now - lastSeenAt.getTime()) < this.#touchEveryMs) return
    try {
      await this.#database.query(TOUCH, [timeText(new Date(now)), id, timeText(lastSeenAt)], { retry: false })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }

  async close(cookieId: string): Promise<void> {
    await this.#database.query(CLOSE, [hash(cookieId)])
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const now = this.#now()
    const [idle, future] = [now - this.#idleTimeoutMs, now + this.#idleTimeoutMs]
    const values = [userId, ...[now, idle, future].map((time) => timeText(new Date(time)))]
    return (await this.#database.query<InfoRow>(LIST, values)).map(infoOf)
  }

  /** Those that reached their maximal age count until they are removed, within a minute or so. */
  async countAlive(): Promise<number> {
    const [row] = await this.#database.query<{ count: number | string }>(
      COUNT,
      [timeText(new Date(this.#now() - this.#idleTimeoutMs))],
      { retry: false },
    )
    return Number(row?.count)
  }

  async end(userId: string, sessionId: string): Promise<string[]> {
    return idsOf(await this.#database.query(END, [userId, sessionId]))
  }

  async endOthers(userId: string, keptSessionId: string): Promise<string[]> {
    return idsOf(await this.#database.query(END_OTHERS, [userId, keptSessionId]))
  }

  async endAll(userId: string): Promise<string[]> {
    return endAllSessions(this.#database, userId)
  }

  /** Removes some of the sessions that are over, so few at a time that no login waits for it; gives how many. */
  async removeExpired(): Promise<number> {
    const now = this.#now()
    const remove = async (statement: Statement, time: number) =>
      (await this.#database.query(statement, [timeText(new Date(time))])).length
    const { expired, idle, future } = this.#removals
    return (
      (await remove(expired, now)) +
      (await remove(idle, now - this.#idleTimeoutMs)) +
      (await remove(future, now + this.#idleTimeoutMs))
    )
  }
}

/** Ends a person's sessions; gives the ids that people are shown. */
export async function endAllSessions(database: Database, userId: string): Promise<string[]> {
  return idsOf(await database.query(END_ALL, [userId]))
}

/** The first ones of an index, so that a step costs the same however many there are. */
function removal(name: string, condition: string, skipLocked: string): Statement {
  return {
    name: `session_remove_${name}`,
    sql: `DELETE FROM "Session" WHERE "id" IN
          (SELECT "id" FROM "Session" WHERE ${condition} LIMIT ${SWEEP_STEP} ${skipLocked}) RETURNING "id"`,
  }
}

function infoOf({ id, createdAt, lastSeenAt, ip, userAgent }: InfoRow): SessionInfo {
  return { id, createdAt: new Date(createdAt), lastSeenAt: new Date(lastSeenAt), ip, userAgent }
}

function idsOf(rows: unknown[]): string[] {
  return (rows as { id: string }[]).map(({ id }) => id)
}

/** SHA-256 without salt is enough: the id has 256 random bits. */
function hash(cookieId: string): string {
  return createHash('sha256').update(cookieId).digest('base64url')
}
