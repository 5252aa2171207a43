import { OperatorError } from '../../errors.js'
import type { User } from '../../generated/sqlite/client.js'
import type { Audit, EndReason } from '../../services/audit.js'
import type { SessionInfo } from '../../services/ports.js'
import { endAllSessions } from '../../services/sessions.js'
import type { Database } from './database.js'
import { SqlSessionRows } from './session-rows.js'

/** What is shown of a session; never the hash of its id. */
const shownOfSession = { id: true, createdAt: true, lastSeenAt: true, ip: true, userAgent: true } as const

/** How many people are read at once. */
const PAGE = 500

export type ListedPerson = User & { sessions: number }

/** What an operator may do to people, straight on the database: it works whether or not the server or DingTalk does. */
export class Operator {
  readonly #database: Database
  readonly #audit: Audit

  constructor(database: Database, audit: Audit) {
    this.#database = database
    this.#audit = audit
  }

  /** Everybody by username, a page at a time, however many they are. */
  async *list(): AsyncGenerator<ListedPerson[]> {
    let last: string | undefined
    do {
      const people = await this.#page(last)
      if (people.length > 0) yield people
      last = people.length < PAGE ? undefined : people.at(-1)?.username
    } while (last !== undefined)
  }

  /** @throws {OperatorError} */
  async show(name: string): Promise<{ user: User; sessions: SessionInfo[] }> {
    const user = await this.#find(name)
    const sessions = await this.#database.prisma((prisma) =>
      prisma.session.findMany({
        where: { userId: user.id },
        select: shownOfSession,
        orderBy: { lastSeenAt: 'desc' },
      }),
    )
    return { user, sessions }
  }

  /**
   * No login and no session from now on, in every process on this database.
   * @throws {OperatorError}
   */
  async disable(name: string): Promise<{ user: User; sessionsEnded: number }> {
    const { id, disabledAt } = await this.#find(name)
    const user = await this.#database.prisma((prisma) =>
      prisma.user.update({ where: { id }, data: { disabledAt: disabledAt ?? new Date() } }),
    )
    this.#audit.accountDisabled(id)
    return { user, sessionsEnded: await this.#endSessions(id, 'account_disabled') }
  }

  /** @throws {OperatorError} */
  async enable(name: string): Promise<User> {
    const { id } = await this.#find(name)
    const user = await this.#database.prisma((prisma) =>
      prisma.user.update({ where: { id }, data: { disabledAt: null } }),
    )
    this.#audit.accountEnabled(id)
    return user
  }

  /** @throws {OperatorError} */
  async endSessions(name: string): Promise<{ user: User; sessionsEnded: number }> {
    const user = await this.#find(name)
    return { user, sessionsEnded: await this.#endSessions(user.id, 'ended_by_operator') }
  }

  async #page(after: string | undefined): Promise<ListedPerson[]> {
    const people = await this.#database.prisma((prisma) =>
      prisma.user.findMany({
        where: after === undefined ? {} : { username: { gt: after } },
        orderBy: { username: 'asc' },
        take: PAGE,
      }),
    )
    const ids = people.map(({ id }) => id)
    const counts = await this.#database.prisma((prisma) =>
      prisma.session.groupBy({ by: 'userId', where: { userId: { in: ids } }, _count: true }),
    )
    const sessions = new Map(counts.map(({ userId, _count }) => [userId, _count]))
    return people.map((user) => ({ ...user, sessions: sessions.get(user.id) ?? 0 }))
  }

  /** A nick can be made to look like somebody's id: where a name fits several people, none is taken. */
  async #find(name: string): Promise<User> {
    const text = name.normalize('NFC')
    const [user, ...others] = await this.#database.prisma((prisma) =>
      prisma.user.findMany({ where: { OR: [{ username: text }, { id: name }, { unionId: name }] } }),
    )
    if (!user) throw new OperatorError(`Nobody here is called ${name}.`)
    if (others.length > 0) throw new OperatorError(`${name} fits several people: use the id that 'list' shows.`)
    return user
  }

  async #endSessions(userId: string, reason: EndReason): Promise<number> {
    const rows = new SqlSessionRows(this.#database)
    return endAllSessions({ rows, audit: this.#audit }, userId, { client: undefined, reason })
  }
}
