import type { RemovalRows } from '../../services/people-removal.js'
import type { KnownUser } from '../../services/ports.js'
import type { Database, Statement } from './database.js'

const RECORDS_AT_ONCE = 200

/** What a person did in the console says of others what it says. */
const EMPTY_THEIRS = emptying('"userId"', ['ip', 'userAgent', 'details'])
const EMPTY_BY_THEM = emptying('"administratorId"', ['ip', 'userAgent'])

/** So few at a time that no login waits. */
function emptying(column: string, emptied: readonly string[]): Statement {
  const names = emptied.map((name) => `"${name}"`)
  return {
    name: `audit_empty_${names.length}`,
    sql: `UPDATE "AuditRecord" SET ${names.map((name) => `${name} = NULL`).join(', ')} WHERE "id" IN
          (SELECT "id" FROM "AuditRecord" WHERE ${column} = ? AND ${column} IS NOT NULL
             AND (${names.map((name) => `${name} IS NOT NULL`).join(' OR ')}) LIMIT ${RECORDS_AT_ONCE}) RETURNING "id"`,
  }
}

/** What an operator's command takes out of the database of one person. */
export class PrismaRemovalRows implements RemovalRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async belongingsOf(userId: string) {
    const database = this.#database
    const emails = await database.prisma(({ workEmail }) => workEmail.findMany({ where: { userId } }))
    const records = await database.prisma(({ auditRecord }) => auditRecord.count({ where: { userId } }))
    const grants = await database.prisma(({ openidRecord }) => openidRecord.count({ where: { session: { userId } } }))
    return { workEmails: emails.map(({ address }) => address), records, grants }
  }

  async keepFormer(hashes: string[]): Promise<void> {
    const rows = hashes.map((hash) => ({ hash }))
    await this.#database.prisma(async (prisma) => {
      const upserts = rows.map((row) => prisma.formerName.upsert({ where: row, create: row, update: {} }))
      await prisma.$transaction(upserts)
    })
  }

  async remove({ id, unionId, userid }: KnownUser): Promise<void> {
    const person = { in: userid === null ? [unionId] : [unionId, userid] }
    await this.#database.prisma(async (prisma) => {
      // The person first: a login under way claims a mailbox for nobody who is gone.
      await prisma.$transaction([
        prisma.user.deleteMany({ where: { id } }),
        prisma.workEmail.deleteMany({ where: { userId: id } }),
        prisma.promisedHandle.deleteMany({ where: { person } }),
      ])
    })
  }

  async emptyTrail(userId: string): Promise<number> {
    let emptied = 0
    for (const statement of [EMPTY_THEIRS, EMPTY_BY_THEM]) {
      let step: unknown[]
      do {
        step = await this.#database.query(statement, [userId])
        emptied += step.length
      } while (step.length === RECORDS_AT_ONCE)
    }
    return emptied
  }

  async forgetFormer(hash: string): Promise<boolean> {
    const { count } = await this.#database.prisma(({ formerName }) => formerName.deleteMany({ where: { hash } }))
    return count > 0
  }
}
