import { formerHash } from '../../services/former-names.js'
import type { PromiseRows } from '../../services/handle-rows.js'
import type { KnownUser, ListedUser, PeopleRows, SessionInfo } from '../../services/ports.js'
import type { Database } from './database.js'
import { isUniqueViolation } from './failures.js'
import { withProfile } from './user-row.js'

/** What is shown of a session; never the hash of its id. */
const shownOfSession = { id: true, createdAt: true, lastSeenAt: true, ip: true, userAgent: true } as const

/** What the operator's commands read and write, through Prisma. */
export class PrismaPeopleRows implements PeopleRows, PromiseRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async page(after: string | undefined, size: number): Promise<ListedUser[]> {
    const users = await this.#database.prisma(({ user }) =>
      user.findMany({
        where: after === undefined ? {} : { username: { gt: after } },
        orderBy: { username: 'asc' },
        take: size,
      }),
    )
    const ids = users.map(({ id }) => id)
    const counts = await this.#database.prisma(({ session }) =>
      session.groupBy({ by: 'userId', where: { userId: { in: ids } }, _count: true }),
    )
    const sessions = new Map(counts.map(({ userId, _count }) => [userId, _count]))
    return users.map((user) => ({ ...withProfile(user), sessions: sessions.get(user.id) ?? 0 }))
  }

  async findByName({ username, id }: { username: string; id: string }): Promise<KnownUser[]> {
    const found = await this.#database.prisma(({ user }) =>
      user.findMany({ where: { OR: [{ username }, { id }, { unionId: id }] } }),
    )
    return found.map(withProfile)
  }

  sessionsOf(userId: string): Promise<SessionInfo[]> {
    return this.#database.prisma(({ session }) =>
      session.findMany({ where: { userId }, select: shownOfSession, orderBy: { lastSeenAt: 'desc' } }),
    )
  }

  async setDisabled(id: string, disabledAt: Date | null): Promise<boolean> {
    const where = { id, disabledAt: disabledAt === null ? { not: null } : null }
    const { count } = await this.#database.prisma(({ user }) => user.updateMany({ where, data: { disabledAt } }))
    return count > 0
  }

  async findByDirectoryId(id: string): Promise<KnownUser[]> {
    const where = { OR: [{ unionId: id }, { userid: id }] }
    return (await this.#database.prisma(({ user }) => user.findMany({ where }))).map(withProfile)
  }

  async findByHandle(handle: string): Promise<KnownUser | undefined> {
    const found = await this.#database.prisma(({ user }) => user.findUnique({ where: { handle } }))
    return found ? withProfile(found) : undefined
  }

  async isFormer(handle: string): Promise<boolean> {
    const hash = formerHash('name', handle)
    return (await this.#database.prisma(({ formerName }) => formerName.findUnique({ where: { hash } }))) !== null
  }

  async promise(id: string, handle: string): Promise<boolean> {
    try {
      await this.#database.prisma(({ promisedHandle }) =>
        promisedHandle.upsert({ where: { person: id }, create: { person: id, handle }, update: { handle } }),
      )
      return true
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }
}
