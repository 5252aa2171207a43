import type { Entrant, EntrantRows } from '../../services/access-effects.js'
import type { LookupRows, Named } from '../../services/access-lookup.js'
import type { Database, Statement } from './database.js'
import { PrismaPeopleRows } from './people-rows.js'
import { profileOf } from './user-row.js'

/** Of so many people the names are looked up at a time. */
const MAX_NAMED = 200

const ENTRANTS: Statement = {
  name: 'access_entrants',
  sql: `SELECT u."id", u."username", u."userid", u."profile",
          CASE WHEN EXISTS (SELECT 1 FROM "Session" s WHERE s."userId" = u."id") THEN 1 ELSE 0 END AS "sessions"
        FROM "User" u WHERE u."id" > ? AND u."disabledAt" IS NULL ORDER BY u."id" LIMIT 300`,
}
const NAMES: Statement = {
  name: 'directory_name_search',
  sql: `SELECT "id", "name" FROM "DirectoryName" WHERE lower("name") LIKE ? ESCAPE '!' ORDER BY "name", "id" LIMIT 20`,
}
const PEOPLE: Statement = {
  name: 'userid_search',
  sql: `SELECT "userid", "username", "profile" FROM "User" WHERE "id" > ? AND "id" <= ? AND "userid" IS NOT NULL
        AND ("userid" LIKE ? ESCAPE '!' OR "username" LIKE ? ESCAPE '!' OR "handle" LIKE ? ESCAPE '!') ORDER BY "id" LIMIT 20`,
}
const LAST_OF_SLICE: Statement = {
  name: 'user_slice',
  sql: `SELECT max("id") AS "id" FROM (SELECT "id" FROM "User" WHERE "id" > ? ORDER BY "id" LIMIT 2000) s`,
}

/** What the console changes applications and groups by, beside their own rows. */
export function accessAdminRows(database: Database) {
  return { people: new PrismaPeopleRows(database), lookups: new SqlAccessAdminRows(database) }
}

/** What the console asks about people and the directory before rules are changed. */
export class SqlAccessAdminRows implements EntrantRows, LookupRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async entrants(afterId: string): Promise<Entrant[]> {
    type Row = Omit<Entrant, 'profile' | 'hasSession'> & { profile: string | null; sessions: number }
    const rows = await this.#database.query<Row>(ENTRANTS, [afterId])
    return rows.map(({ profile, sessions, ...row }) => ({
      ...row,
      profile: profileOf(profile),
      hasSession: Number(sessions) > 0,
    }))
  }

  async names(text: string): Promise<Named[]> {
    const pattern = `%${literal(text.toLowerCase())}%`
    const rows = await this.#database.query<{ id: string; name: string }>(NAMES, [pattern])
    return rows.map(({ id, name }) => {
      const [kind, number = ''] = id.split(' ')
      return { kind: kind === 'role' ? 'role' : 'department', id: number, name }
    })
  }

  async people(text: string, afterId: string) {
    const [slice] = await this.#database.query<{ id: string | null }>(LAST_OF_SLICE, [afterId])
    if (!slice || slice.id === null) return { people: [], next: undefined }
    const pattern = `${literal(text)}%`
    type Row = { userid: string; username: string; profile: string | null }
    const rows = await this.#database.query<Row>(PEOPLE, [afterId, slice.id, pattern, pattern, pattern])
    const people = rows.map(
      ({ userid, username, profile }): Named => ({
        kind: 'userid',
        id: userid,
        name: profileOf(profile)?.name ?? username,
      }),
    )
    return { people, next: slice.id }
  }

  async namesOfUserids(userids: readonly string[]): Promise<Map<string, string>> {
    const some = userids.slice(0, MAX_NAMED)
    const users = await this.#database.prisma(({ user }) =>
      user.findMany({ where: { userid: { in: some } }, select: { userid: true, username: true, profile: true } }),
    )
    return new Map(users.map(({ userid, username, profile }) => [userid ?? '', profileOf(profile)?.name ?? username]))
  }
}

/** A text in a pattern that stands for itself. */
function literal(text: string): string {
  return text.replace(/[!%_]/g, '!$&')
}
