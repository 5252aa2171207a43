import type { FoundSession, SessionInfo } from '../../services/ports.js'
import type { Database, Statement } from './database.js'
import { KeptProfiles } from './kept-profiles.js'
import { type UserRow, userColumns, userWith } from './user-row.js'

/** With their numbers some two megabytes. */
const MAX_KEPT = 10_000

const COLUMNS = `s."id" AS "sessionId", s."createdAt", s."lastSeenAt", s."expiresAt", s."ip", s."userAgent", s."secretLabel", ${userColumns('u.')}`
const ROWIDS = `s.rowid AS "sessionRowid", u.rowid AS "userRowid"`
const SESSION_AND_USER = `FROM "Session" s JOIN "User" u ON u."id" = s."userId"`

/** Every request of somebody who is signed in asks this. */
const FIND: Statement = {
  name: 'session_find',
  sql: `SELECT ${COLUMNS} ${SESSION_AND_USER} WHERE s."idHash" = ?`,
}
/** The same of SQLite, which looks at no index where both rows still lie where they were. */
const FIND_WITH_ROWIDS: Statement = {
  name: 'session_find_with_rowids',
  sql: `SELECT ${COLUMNS}, ${ROWIDS} ${SESSION_AND_USER} AND u.rowid = ? WHERE s.rowid = ? AND s."idHash" = ?
        UNION ALL SELECT ${COLUMNS}, ${ROWIDS} ${SESSION_AND_USER} WHERE s."idHash" = ? LIMIT 1`,
}
const FIND_BY_ID: Statement = {
  name: 'session_find_by_id',
  sql: `SELECT ${COLUMNS} ${SESSION_AND_USER} WHERE s."id" = ?`,
}

/** What a person is told of a session, as its row has it. */
export interface InfoRow {
  id: string
  createdAt: string
  lastSeenAt: string
  ip: string
  userAgent: string
}

interface FoundRow extends InfoRow, UserRow {
  sessionId: string
  expiresAt: string
  secretLabel: string | null
}

/** SQLite's numbers of a session's row and of its user's. */
interface Rowids {
  sessionRowid: number
  userRowid: number
}

/** Finds sessions, each with its user, and the sooner those that come again and again. */
export class SessionLookup {
  readonly #database: Database
  readonly #profiles = new KeptProfiles()
  /** Where sessions were found, by the hashes of their cookies' ids: another row there is not taken for theirs. */
  readonly #rowids = new Map<string, Rowids>()

  constructor(database: Database) {
    this.#database = database
  }

  /** By the hash of its cookie's id. @throws {AppError} `service_unavailable` */
  find(idHash: string): Promise<FoundSession | undefined> {
    if (!this.#database.hasRowids) return this.#database.first(FIND, [idHash], this.#foundOf)
    const { sessionRowid = null, userRowid = null } = this.#rowids.get(idHash) ?? {}
    return this.#database.first(
      FIND_WITH_ROWIDS,
      [userRowid, sessionRowid, idHash, idHash],
      (row: FoundRow & Rowids) => {
        if (row.sessionRowid !== sessionRowid || row.userRowid !== userRowid) this.#keep(idHash, row)
        return this.#foundOf(row)
      },
    )
  }

  /** By the id that people are shown. @throws {AppError} `service_unavailable` */
  findById(id: string): Promise<FoundSession | undefined> {
    return this.#database.first(FIND_BY_ID, [id], this.#foundOf)
  }

  readonly #foundOf = (row: FoundRow): FoundSession => {
    const { sessionId, expiresAt, secretLabel } = row
    const user = userWith(row, this.#profiles.of(row.profile))
    return { info: infoOf({ ...row, id: sessionId }), expiresAt: new Date(expiresAt), user, secretLabel }
  }

  #keep(idHash: string, { sessionRowid, userRowid }: Rowids): void {
    const [oldest] = this.#rowids.keys()
    if (oldest !== undefined && this.#rowids.size >= MAX_KEPT) this.#rowids.delete(oldest)
    this.#rowids.set(idHash, { sessionRowid, userRowid })
  }
}

export function infoOf({ id, createdAt, lastSeenAt, ip, userAgent }: InfoRow): SessionInfo {
  return { id, createdAt: new Date(createdAt), lastSeenAt: new Date(lastSeenAt), ip, userAgent }
}
