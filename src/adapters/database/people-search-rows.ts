import { type FoundPerson, PEOPLE_AT_ONCE, type PeopleSearchRows } from '../../services/people-search.js'
import type { AliveAt } from '../../services/sessions.js'
import { type Database, type Statement, timeText } from './database.js'
import { type UserRow, userColumns, userOf } from './user-row.js'

type FoundRow = UserRow & { sessions: number | string }

/** The last character of all: behind a text it is behind whatever begins so. */
const LAST = '\u{10FFFF}'
const AT_MOST = PEOPLE_AT_ONCE + 1
const IDS_AT_ONCE = 50

const FOUND = `SELECT ${userColumns('u.')}, (SELECT count(*) FROM "Session" s WHERE s."userId" = u."id"
           AND s."expiresAt" > ? AND s."lastSeenAt" > ? AND s."lastSeenAt" < ?) AS "sessions"
         FROM "User" u`
const PAGE: Statement = {
  name: 'people_page',
  sql: `${FOUND} WHERE u."username" > ? ORDER BY u."username" LIMIT ${AT_MOST}`,
}
const PAGE_DISABLED: Statement = {
  name: 'people_page_disabled',
  sql: `${FOUND} WHERE u."disabledAt" IS NOT NULL AND u."username" > ? ORDER BY u."username" LIMIT ${AT_MOST}`,
}
const WITH_IDS: Statement = {
  name: 'people_with_ids',
  sql: `${FOUND} WHERE ${['id', 'userid', 'unionId'].map((name) => `u."${name}" IN (${Array(IDS_AT_ONCE).fill('?').join(', ')})`).join(' OR ')}`,
}

/** What names are compared by, as the indexes of the migration `people_search` have it. */
const searched = {
  sqlite: ['lower("username")', 'lower("nick")', `lower(json_extract("profile", '$.name'))`, '"handle"'],
  postgresql: [
    'lower("username") COLLATE "C"',
    'lower("nick") COLLATE "C"',
    `lower("profile"::jsonb ->> 'name') COLLATE "C"`,
    '"handle" COLLATE "C"',
  ],
}

/** The people as the console looks through them, by statements that are prepared once. */
export class SqlPeopleSearchRows implements PeopleSearchRows {
  readonly #database: Database
  readonly #search: Statement

  constructor(database: Database) {
    this.#database = database
    // Only PostgreSQL has rows to lock.
    this.#search = searchBy(database.skipLocked === '' ? searched.sqlite : searched.postgresql)
  }

  page({ after, isDisabled }: { after: string; isDisabled: boolean }, alive: AliveAt): Promise<FoundPerson[]> {
    return this.#find(isDisabled ? PAGE_DISABLED : PAGE, [...timesOf(alive), after])
  }

  startingWith(text: string, alive: AliveAt): Promise<FoundPerson[]> {
    const ranges = Array.from(searched.sqlite, () => [text, text + LAST]).flat()
    return this.#find(this.#search, [...timesOf(alive), ...ranges, text, text, text])
  }

  async withIds(ids: readonly string[], alive: AliveAt): Promise<FoundPerson[]> {
    const found = new Map<string, FoundPerson>()
    for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
      const some = Array.from({ length: IDS_AT_ONCE }, (_, index) => ids[start + index] ?? '')
      const people = await this.#find(WITH_IDS, [...timesOf(alive), ...some, ...some, ...some])
      for (const person of people) found.set(person.id, person)
    }
    return [...found.values()].sort((a, b) => (a.username < b.username ? -1 : 1))
  }

  async #find(statement: Statement, values: string[]): Promise<FoundPerson[]> {
    const rows = await this.#database.query<FoundRow>(statement, values)
    return rows.map((row) => ({ ...userOf(row), sessions: Number(row.sessions) }))
  }
}

/** One way by an index for each name: together no more than so many pages, whatever the text. */
function searchBy(names: readonly string[]): Statement {
  const ways = names.map(
    (name, n) => `SELECT "id" FROM (SELECT "id" FROM "User"
        WHERE ${name.includes('"profile"') ? '"profile" IS NOT NULL AND ' : ''}${name} >= lower(?) AND ${name} < lower(?)
        ORDER BY ${name} LIMIT ${AT_MOST}) AS way${n}`,
  )
  const ids = ['id', 'userid', 'unionId'].map((name) => `SELECT "id" FROM "User" WHERE "${name}" = ?`)
  return {
    name: 'people_search',
    sql: `${FOUND} WHERE u."id" IN (${[...ways, ...ids].join(' UNION ')}) ORDER BY u."username"`,
  }
}

function timesOf({ unexpiredAt, seenAfter, seenBefore }: AliveAt): string[] {
  return [unexpiredAt, seenAfter, seenBefore].map(timeText)
}
