import { formerAmong, formerHash } from '../../services/former-names.js'
import { type DirectoryIds, HANDLES_AT_ONCE, type HandleRows } from '../../services/handle-rows.js'
import type { StoredUser } from '../../services/ports.js'
import type { Database, Statement } from './database.js'
import { directoryIds } from './directory-ids.js'
import { isUniqueViolation } from './failures.js'
import { type UserRow, userColumns, userOf } from './user-row.js'

/** How many users get theirs in one step. */
const USERS_AT_ONCE = 50
const places = Array(HANDLES_AT_ONCE).fill('?').join(', ')

/** A person with a handle is empty: ids of the directory never are. */
const LOOK: Statement = {
  name: 'handle_look',
  sql: `SELECT "handle", '' AS "person" FROM "User" WHERE "handle" IN (${places})
        UNION ALL
        SELECT "username" AS "handle", '' AS "person" FROM "User" WHERE "username" IN (${places}) AND "unionId" <> ?
        UNION ALL
        SELECT "handle", "person" FROM "PromisedHandle" WHERE "handle" IN (${places})
        UNION ALL
        SELECT "hash" AS "handle", '' AS "person" FROM "FormerName" WHERE "hash" IN (${places})
        UNION ALL
        SELECT "handle", "person" FROM "PromisedHandle" WHERE "person" IN (?, ?)
        UNION ALL
        SELECT u."handle", '' AS "person" FROM "PromisedHandle" p JOIN "User" u ON u."handle" = p."handle"
        WHERE p."person" IN (?, ?)`,
}
const GIVE: Statement = {
  name: 'handle_give',
  sql: `UPDATE "User" SET "handle" = ? WHERE "id" = ? AND "handle" IS NULL RETURNING "handle"`,
}
const FIND: Statement = { name: 'handle_find', sql: `SELECT "handle" FROM "User" WHERE "id" = ?` }
const DROP_PROMISES: Statement = {
  name: 'handle_drop_promises',
  sql: `DELETE FROM "PromisedHandle" WHERE "person" IN (?, ?)`,
}
/** The index on handles finds those without. Who has not come yet gets theirs then, by what the directory says. */
const WITHOUT: Statement = {
  name: 'handle_without',
  sql: `SELECT ${userColumns()} FROM "User" WHERE "handle" IS NULL AND "lastLoginAt" IS NOT NULL LIMIT ${USERS_AT_ONCE}`,
}

/** The handles in the rows of users and of promises, by statements that are prepared once. */
export class SqlHandleRows implements HandleRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async look(person: DirectoryIds, handles: readonly string[]): Promise<{ promised: string[]; taken: string[] }> {
    const wanted = Array.from({ length: HANDLES_AT_ONCE }, (_, index) => handles[index] ?? '')
    const ids = directoryIds(person)
    const found = await this.#database.query<{ handle: string; person: string }>(LOOK, [
      ...wanted,
      ...wanted,
      person.unionId,
      ...wanted,
      ...wanted.map((handle) => formerHash('name', handle)),
      ...ids,
      ...ids,
    ])
    const handlesOf = (isOurs: boolean) =>
      found.filter((row) => ids.includes(row.person) === isOurs).map(({ handle }) => handle)
    const others = handlesOf(false)
    return { promised: handlesOf(true), taken: [...others, ...formerAmong(handles, others)] }
  }

  async give(userId: string, handle: string): Promise<string | undefined> {
    try {
      const given = await this.#database.query(GIVE, [handle, userId])
      if (given.length > 0) return handle
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
    }
    return this.#database.first(FIND, [userId], (row: { handle: string | null }) => row.handle ?? undefined)
  }

  async dropPromises(person: DirectoryIds): Promise<void> {
    await this.#database.query(DROP_PROMISES, directoryIds(person))
  }

  async usersWithout(): Promise<StoredUser[]> {
    return (await this.#database.query<UserRow>(WITHOUT)).map(userOf)
  }
}
