import type { Administrator, AdministratorRows } from '../../services/administrators.js'
import type { Database, Statement } from './database.js'

/** Each request to the console asks this. */
const FIND: Statement = {
  name: 'administrator_find',
  sql: `SELECT "userId", "createdAt", "madeBy" FROM "Administrator" WHERE "userId" = ?`,
}

/** The `Administrator` rows: read by a prepared statement, written through Prisma. */
export class PrismaAdministratorRows implements AdministratorRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(userId: string): Promise<Administrator | undefined> {
    const [found] = await this.#database.query<Omit<Administrator, 'createdAt'> & { createdAt: string }>(FIND, [userId])
    return found && { ...found, createdAt: new Date(found.createdAt) }
  }

  list(): Promise<Administrator[]> {
    return this.#database.prisma(({ administrator }) => administrator.findMany({ orderBy: { createdAt: 'asc' } }))
  }

  async add(given: Administrator): Promise<void> {
    const { userId } = given
    await this.#database.prisma(({ administrator }) =>
      administrator.upsert({ where: { userId }, create: given, update: {} }),
    )
  }

  async remove(userId: string): Promise<boolean> {
    const { count } = await this.#database.prisma(({ administrator }) =>
      administrator.deleteMany({ where: { userId } }),
    )
    return count > 0
  }
}
