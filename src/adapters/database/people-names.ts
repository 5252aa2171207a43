import type { NamedPerson, PeopleNames } from '../../services/people-names.js'
import type { Database } from './database.js'

const shown = { id: true, username: true, nick: true } as const

/** People's names out of the `User` rows, through Prisma. */
export class PrismaPeopleNames implements PeopleNames {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  byIds(ids: readonly string[]): Promise<NamedPerson[]> {
    return this.#database.prisma(({ user }) => user.findMany({ where: { id: { in: [...ids] } }, select: shown }))
  }

  byDirectoryIds(ids: readonly string[]) {
    const where = { OR: [{ unionId: { in: [...ids] } }, { userid: { in: [...ids] } }] }
    return this.#database.prisma(({ user }) =>
      user.findMany({ where, select: { ...shown, unionId: true, userid: true } }),
    )
  }

  async search(text: string, limit: number): Promise<NamedPerson[]> {
    const exact = { OR: [{ id: text }, { unionId: text }, { username: text }, { handle: text }] }
    const called = {
      OR: [{ username: { contains: text } }, { nick: { contains: text } }, { handle: { contains: text } }],
    }
    for (const where of [exact, called]) {
      const query = { where, select: shown, orderBy: { username: 'asc' }, take: limit } as const
      const found = await this.#database.prisma(({ user }) => user.findMany(query))
      if (found.length > 0) return found
    }
    return []
  }
}
