import type { PrismaClient } from '../../generated/prisma/client.js'
import { normaliseNick } from '../../services/nick.js'
import type { DingTalkProfile, User, UserStore } from '../../services/ports.js'
import { isUniqueViolation } from './unique-violation.js'

/** As many people of one nick may log in for the first time at the very same moment. */
const MAX_ROUNDS = 500

export class PrismaUsers implements UserStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async recordLogin(profile: DingTalkProfile, at: Date, membershipCheckedAt: Date | null): Promise<User> {
    const seen = {
      nick: normaliseNick(profile.nick),
      avatarUrl: profile.avatarUrl,
      lastLoginAt: at,
      membershipCheckedAt,
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const known = await this.#prisma.user.findUnique({ where: { unionId: profile.unionId } })
      if (known?.disabledAt) return known
      if (known) return this.#prisma.user.update({ where: { id: known.id }, data: seen })

      const username = await this.#freeUsername(seen.nick)
      try {
        return await this.#prisma.user.create({ data: { ...seen, unionId: profile.unionId, username, createdAt: at } })
      } catch (error) {
        // Another login was quicker, of this person or of one with the same nick: look again.
        if (!isUniqueViolation(error)) throw error
      }
    }
    throw new Error('no username could be had: too many first logins of one nick at once')
  }

  async findId(unionId: string): Promise<string | undefined> {
    return (await this.#prisma.user.findUnique({ where: { unionId }, select: { id: true } }))?.id
  }

  async markMembershipChecked(userId: string, at: Date): Promise<void> {
    await this.#prisma.user.updateMany({ where: { id: userId }, data: { membershipCheckedAt: at } })
  }

  /** `nick`, `nick-2`, `nick-3` …: usernames are never given back, so the first free one is found by doubling and halving. */
  async #freeUsername(nick: string): Promise<string> {
    const name = (n: number) => (n === 1 ? nick : `${nick}-${n}`)
    const isTaken = async (n: number) => (await this.#prisma.user.count({ where: { username: name(n) } })) > 0
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
