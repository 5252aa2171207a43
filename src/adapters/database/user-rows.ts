import { normaliseNick } from '../../services/nick.js'
import type { DingTalkProfile, User, UserStore } from '../../services/ports.js'
import { type Database, type Statement, timeText } from './database.js'
import { isUniqueViolation } from './failures.js'
import { type UserRow, userOf } from './user-row.js'

/** As many people of one nick may log in for the first time at the very same moment. */
const MAX_ROUNDS = 500

/** A later login: the one statement on people that is run all day. A disabled person is left as they are. */
const RETURN: Statement = {
  name: 'user_return',
  sql: `UPDATE "User" SET "nick" = ?, "avatarUrl" = ?, "lastLoginAt" = ?, "membershipCheckedAt" = ?
        WHERE "unionId" = ? AND "disabledAt" IS NULL
        RETURNING "id", "unionId", "username", "nick", "avatarUrl", "lastLoginAt", "membershipCheckedAt", "disabledAt"`,
}

export class PrismaUsers implements UserStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async recordLogin(profile: DingTalkProfile, at: Date, membershipCheckedAt: Date | null): Promise<User> {
    const seen = {
      nick: normaliseNick(profile.nick),
      avatarUrl: profile.avatarUrl,
      lastLoginAt: at,
      membershipCheckedAt,
    }
    const { unionId } = profile
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const [returning] = await this.#database.query<UserRow>(RETURN, [
        seen.nick,
        seen.avatarUrl,
        timeText(at),
        membershipCheckedAt && timeText(membershipCheckedAt),
        unionId,
      ])
      if (returning) return userOf(returning)
      try {
        // At first as if nobody were known by this nick, which is so for most, and the cheapest to find out.
        const username = round === 0 ? seen.nick : await this.#freeUsername(seen.nick)
        return await this.#database.prisma(({ user }) =>
          user.create({ data: { ...seen, unionId, username, createdAt: at } }),
        )
      } catch (error) {
        if (!isUniqueViolation(error)) throw error
      }
      const known = await this.#database.prisma(({ user }) => user.findUnique({ where: { unionId } }))
      if (known?.disabledAt) return known
      // The nick is another's, or another login was quicker, of this person or of one with the same nick: look again.
    }
    throw new Error('no username could be had: too many first logins of one nick at once')
  }

  async findId(unionId: string): Promise<string | undefined> {
    const found = await this.#database.prisma(({ user }) =>
      user.findUnique({ where: { unionId }, select: { id: true } }),
    )
    return found?.id
  }

  async markMembershipChecked(userId: string, at: Date): Promise<void> {
    await this.#database.prisma(({ user }) =>
      user.updateMany({ where: { id: userId }, data: { membershipCheckedAt: at } }),
    )
  }

  /** `nick`, `nick-2`, `nick-3` …: usernames are never given back, so the first free one is found by doubling and halving. */
  async #freeUsername(nick: string): Promise<string> {
    const name = (n: number) => (n === 1 ? nick : `${nick}-${n}`)
    const isTaken = async (n: number) =>
      (await this.#database.prisma(({ user }) => user.count({ where: { username: name(n) } }))) > 0
    let free = 1
    while (await isTaken(free)) free *= 2
    let taken = Math.floor(free / 2)
    while (free - taken > 1) {
      const middle = Math.floor((free + taken) / 2)
      if (await isTaken(middle)) taken = middle
      else free = middle
    }
    return name(free)
  }
}
