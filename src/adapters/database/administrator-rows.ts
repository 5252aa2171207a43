import type { Administrator, AdministratorRows } from '../../services/administrators.js'
import { type Database, type Statement, timeText } from './database.js'

/** Each request to the console asks this. */
const FIND: Statement = {
  name: 'administrator_find',
  sql: `SELECT "userId", "createdAt", "madeBy" FROM "Administrator" WHERE "userId" = ?`,
}

const ADD: Statement = {
  name: 'administrator_add',
  sql: `INSERT INTO "Administrator" ("userId", "createdAt", "madeBy") VALUES (?, ?, ?)
        ON CONFLICT ("userId") DO NOTHING RETURNING "userId"`,
}

/** The `Administrator` rows: read and made by prepared statements, the rest through Prisma. */
export class PrismaAdministratorRows implements AdministratorRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  find(userId: string): Promise<Administrator | undefined> {
    type Row = Omit<Administrator, 'createdAt'> & { createdAt: string }
    return this.#database.first(FIND, [userId], (row: Row) => ({ ...row, createdAt: new Date(row.createdAt) }))
  }

  list(): Promise<Administrator[]> {
    return this.#database.prisma(({ administrator }) => administrator.findMany({ orderBy: { createdAt: 'asc' } }))
  }

  async add({ userId, createdAt, madeBy }: Administrator): Promise<boolean> {
    return (await this.#database.query(ADD, [userId, timeText(createdAt), madeBy])).length > 0
  }

  async remove(userId: string): Promise<boolean> {
    const { count } = await this.#database.prisma(({ administrator }) =>
      administrator.deleteMany({ where: { userId } }),
    )
    return count > 0
  }
}
