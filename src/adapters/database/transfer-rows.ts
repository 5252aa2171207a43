import type {
  ExportRows,
  ImportedUser,
  ImportRows,
  Known,
  Named,
  PromisedHandle,
  TransferUser,
} from '../../services/people-transfer.js'
import { type Database, type Statement, timeText } from './database.js'
import { isUniqueViolation } from './failures.js'

const IMPORT_USERS = insertions('User', [
  ...['id', 'unionId', 'username', 'handle', 'userid', 'nick', 'avatarUrl'],
  ...['createdAt', 'lastLoginAt', 'disabledAt'],
])
const IMPORT_MAILBOXES = insertions('WorkEmail', ['address', 'domain', 'userId'])
const IMPORT_FORMER = insertions('FormerName', ['hash'])

/**
 * Statements that insert few sizes of rows, so that each is prepared once. What is taken is left alone: somebody may log in at
 * this very moment. Each returns the first column of what it has inserted.
 */
function insertions(table: string, columns: readonly string[]): { size: number; statement: Statement }[] {
  const row = `(${columns.map(() => '?').join(', ')})`
  return [64, 8, 1].map((size) => ({
    size,
    statement: {
      name: `${table}_import_${size}`,
      sql: `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')})
            VALUES ${Array(size).fill(row).join(', ')} ON CONFLICT DO NOTHING RETURNING "${columns[0]}" AS "key"`,
    },
  }))
}

const told = {
  ...{ id: true, unionId: true, username: true, handle: true, userid: true, nick: true, avatarUrl: true },
  ...{ createdAt: true, lastLoginAt: true, disabledAt: true, administrator: { select: { userId: true } } },
} as const

/** People as files take them from one database to another. */
export class PrismaTransferRows implements ExportRows, ImportRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  usersAfter(id: string, size: number): Promise<TransferUser[]> {
    return this.#users({ id: { gt: id } }, size)
  }

  promisesAfter(person: string, size: number): Promise<PromisedHandle[]> {
    const query = { where: { person: { gt: person } }, orderBy: { person: 'asc' }, take: size } as const
    return this.#database.prisma(({ promisedHandle }) => promisedHandle.findMany(query))
  }

  async formerAfter(hash: string, size: number): Promise<string[]> {
    const query = { where: { hash: { gt: hash } }, orderBy: { hash: 'asc' }, take: size } as const
    return (await this.#database.prisma(({ formerName }) => formerName.findMany(query))).map((row) => row.hash)
  }

  async known({ unionIds, ids, names, userids, workEmails, hashes }: Named): Promise<Known> {
    const database = this.#database
    // One question for each index: of several together a database may make a look through the whole table.
    const found = await Promise.all([
      this.#users({ unionId: { in: unionIds } }),
      this.#users({ id: { in: ids } }),
      this.#users({ username: { in: names } }),
      this.#users({ handle: { in: names } }),
    ])
    const people = [...unionIds, ...userids]
    const promises = await Promise.all(
      [{ handle: { in: names } }, { person: { in: people } }].map((where) =>
        database.prisma(({ promisedHandle }) => promisedHandle.findMany({ where })),
      ),
    )
    const former = await database.prisma(({ formerName }) => formerName.findMany({ where: { hash: { in: hashes } } }))
    const mailboxes = await database.prisma(({ workEmail }) =>
      workEmail.findMany({ where: { address: { in: workEmails } } }),
    )
    return {
      users: [...new Map(found.flat().map((user) => [user.id, user])).values()],
      promises: promises.flat(),
      former: new Set(former.map(({ hash }) => hash)),
      mailboxes: new Map(mailboxes.map(({ address, userId }) => [address, userId])),
    }
  }

  async add(users: ImportedUser[]): Promise<Set<string>> {
    return new Set(await this.#insert(IMPORT_USERS, users.map(valuesOf)))
  }

  async changeExpected(unionId: string, data: Partial<ImportedUser>): Promise<boolean> {
    try {
      const where = { unionId, lastLoginAt: null }
      const { count } = await this.#database.prisma(({ user }) => user.updateMany({ where, data }))
      return count > 0
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }

  async addWorkEmails(mailboxes: { address: string; userId: string }[]): Promise<void> {
    const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1)
    const rows = mailboxes.map(({ address, userId }) => [address, domainOf(address), userId])
    await this.#insert(IMPORT_MAILBOXES, rows)
  }

  async dropPromises(people: string[]): Promise<void> {
    const where = { person: { in: people } }
    await this.#database.prisma(({ promisedHandle }) => promisedHandle.deleteMany({ where }))
  }

  async keepFormer(hashes: string[]): Promise<void> {
    await this.#insert(
      IMPORT_FORMER,
      hashes.map((hash) => [hash]),
    )
  }

  /** By id, with what stands in other tables. */
  async #users(where: object, take?: number): Promise<TransferUser[]> {
    const query = { where, select: told, orderBy: { id: 'asc' }, ...(take !== undefined && { take }) } as const
    const users = await this.#database.prisma(({ user }) => user.findMany(query))
    const ids = users.map(({ id }) => id)
    const mailboxes = await this.#database.prisma(({ workEmail }) =>
      workEmail.findMany({ where: { userId: { in: ids } } }),
    )
    const addresses = new Map<string, string[]>(ids.map((id) => [id, []]))
    for (const { address, userId } of mailboxes) addresses.get(userId)?.push(address)
    return users.map(({ administrator, ...user }) => ({
      ...user,
      isAdministrator: administrator !== null,
      workEmails: addresses.get(user.id) ?? [],
    }))
  }

  /** Returns the keys of what was not there. */
  async #insert(statements: typeof IMPORT_USERS, rows: (string | null)[][]): Promise<string[]> {
    const keys: string[] = []
    let from = 0
    for (const { size, statement } of statements) {
      for (; rows.length - from >= size; from += size) {
        const inserted = await this.#database.query<{ key: string }>(statement, rows.slice(from, from + size).flat())
        keys.push(...inserted.map(({ key }) => key))
      }
    }
    return keys
  }
}

function valuesOf(user: ImportedUser): (string | null)[] {
  const { id, unionId, username, handle, userid, nick, avatarUrl, createdAt, lastLoginAt, disabledAt } = user
  const times = [timeText(createdAt), ...[lastLoginAt, disabledAt].map((time) => time && timeText(time))]
  return [id, unionId, username, handle, userid, nick, avatarUrl, ...times]
}
