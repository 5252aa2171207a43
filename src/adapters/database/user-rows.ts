import { AppError } from '../../errors.js'
import type { PrismaClient } from '../../generated/sqlite/client.js'
import { formerHash } from '../../services/former-names.js'
import type { NewUser, SeenAgain, StoredUser, UserRows } from '../../services/ports.js'
import { type Database, type Statement, timeText } from './database.js'
import { directoryIds } from './directory-ids.js'
import { userColumns, userOf, withProfile } from './user-row.js'

/** The one statement on users that is run all day, and the same where DingTalk told neither nick nor avatar. */
const RETURN = returnStatement('user_return', '"nick" = ?, "avatarUrl" = ?, ')
const RETURN_UNNAMED = returnStatement('user_return_unnamed', '')

function returnStatement(name: string, names: string): Statement {
  return {
    name,
    sql: `UPDATE "User" SET ${names}"lastLoginAt" = ?, "membershipCheckedAt" = ?, "userid" = COALESCE(?, "userid")
          WHERE "unionId" = ? AND "disabledAt" IS NULL
          RETURNING ${userColumns()}`,
  }
}

/**
 * Makes nobody who would bring back somebody who was deleted, and gives nobody a name that is another's or promised to
 * another: looked at by the very statement that makes the row. The last promises are those that must not be there at all.
 */
const CREATE: Statement = {
  name: 'user_create',
  sql: `INSERT INTO "User" ("id", "unionId", "username", "handle", "userid", "nick", "avatarUrl", "createdAt",
                              "lastLoginAt", "membershipCheckedAt")
        SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
        WHERE NOT EXISTS (SELECT 1 FROM "FormerName" WHERE "hash" IN (?, ?, ?))
          AND NOT EXISTS (SELECT 1 FROM "User" WHERE "handle" = ?)
          AND NOT EXISTS (SELECT 1 FROM "User" WHERE "username" = ?)
          AND NOT EXISTS (SELECT 1 FROM "PromisedHandle" WHERE "handle" = ?)
          AND NOT EXISTS (SELECT 1 FROM "PromisedHandle" WHERE "handle" = ? AND "person" NOT IN (?, ?))
          AND NOT EXISTS (SELECT 1 FROM "PromisedHandle" WHERE "person" IN (?, ?))
        ON CONFLICT DO NOTHING
        RETURNING ${userColumns()}`,
}
const FIND_FORMER: Statement = { name: 'former_find', sql: `SELECT "hash" FROM "FormerName" WHERE "hash" = ?` }

/** Ids of the directory are never empty. */
const NOBODY = ['', '']

/** The `User` rows: prepared statements for logins, the rest through Prisma. */
export class PrismaUserRows implements UserRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  recordReturn(unionId: string, seen: SeenAgain): Promise<StoredUser | undefined> {
    const { nick, avatarUrl, lastLoginAt, membershipCheckedAt, userid } = seen
    const rest = [timeText(lastLoginAt), membershipCheckedAt && timeText(membershipCheckedAt), userid, unionId]
    return nick === undefined
      ? this.#database.first(RETURN_UNNAMED, rest, userOf)
      : this.#database.first(RETURN, [nick, avatarUrl, ...rest], userOf)
  }

  async create(user: NewUser, { unlessPromised } = { unlessPromised: false }): Promise<StoredUser | undefined> {
    const { id, unionId, username, handle, userid, nick, avatarUrl, membershipCheckedAt } = user
    const times = [
      timeText(user.createdAt),
      timeText(user.lastLoginAt),
      membershipCheckedAt && timeText(membershipCheckedAt),
    ]
    const keptOut = formerHash('unionId', unionId)
    const former = [formerHash('name', username), formerHash('name', handle), keptOut]
    const ids = directoryIds(user)
    const promised = [username, handle, ...ids, ...(unlessPromised ? ids : NOBODY)]
    const values = [id, unionId, username, handle, userid, nick, avatarUrl, ...times]
    const all = [...values, ...former, username, handle, ...promised]
    const created = await this.#database.first(CREATE, all, userOf)
    if (created) return created
    const isKeptOut = (await this.#database.query(FIND_FORMER, [keptOut])).length > 0
    if (isKeptOut) throw new AppError('account_disabled', { detail: 'this person was deleted while disabled' })
    return undefined
  }

  async findByUnionId(unionId: string): Promise<StoredUser | undefined> {
    const found = await this.#users((users) => users.findUnique({ where: { unionId } }))
    return found ? withProfile(found) : undefined
  }

  async markMembershipChecked(userId: string, userid: string, at: Date): Promise<void> {
    await this.#users((users) => users.updateMany({ where: { id: userId }, data: { membershipCheckedAt: at, userid } }))
  }

  #users<T>(ask: (users: PrismaClient['user']) => Promise<T>): Promise<T> {
    return this.#database.prisma(({ user }) => ask(user))
  }
}
