import type { PrismaClient } from '../../generated/sqlite/client.js'
import type { NewUser, SeenAgain, StoredUser, UserRows } from '../../services/ports.js'
import { type Database, type Statement, timeText } from './database.js'
import { isUniqueViolation } from './failures.js'
import { type UserRow, userColumns, userOf, withProfile } from './user-row.js'

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

/** The `User` rows: Prisma's, but for the statement of a later login. */
export class PrismaUserRows implements UserRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async recordReturn(unionId: string, seen: SeenAgain): Promise<StoredUser | undefined> {
    const { nick, avatarUrl, lastLoginAt, membershipCheckedAt, userid } = seen
    const rest = [timeText(lastLoginAt), membershipCheckedAt && timeText(membershipCheckedAt), userid, unionId]
    const [row] = await (nick === undefined
      ? this.#database.query<UserRow>(RETURN_UNNAMED, rest)
      : this.#database.query<UserRow>(RETURN, [nick, avatarUrl, ...rest]))
    return row && userOf(row)
  }

  async create(user: NewUser): Promise<StoredUser | undefined> {
    try {
      return withProfile(await this.#users((users) => users.create({ data: user })))
    } catch (error) {
      if (isUniqueViolation(error)) return undefined
      throw error
    }
  }

  async findByUnionId(unionId: string): Promise<StoredUser | undefined> {
    const found = await this.#users((users) => users.findUnique({ where: { unionId } }))
    return found ? withProfile(found) : undefined
  }

  async takenUsernames(usernames: string[]): Promise<string[]> {
    const taken = await this.#users((users) =>
      users.findMany({
        where: { OR: [{ username: { in: usernames } }, { handle: { in: usernames } }] },
        select: { username: true, handle: true },
      }),
    )
    const promised = await this.#database.prisma(({ promisedHandle }) =>
      promisedHandle.findMany({ where: { handle: { in: usernames } }, select: { handle: true } }),
    )
    return [
      ...taken.flatMap(({ username, handle }) => [username, handle ?? username]),
      ...promised.map((p) => p.handle),
    ]
  }

  async markMembershipChecked(userId: string, userid: string, at: Date): Promise<void> {
    await this.#users((users) => users.updateMany({ where: { id: userId }, data: { membershipCheckedAt: at, userid } }))
  }

  #users<T>(ask: (users: PrismaClient['user']) => Promise<T>): Promise<T> {
    return this.#database.prisma(({ user }) => ask(user))
  }
}
