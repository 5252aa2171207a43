import type { DirectoryProfile, ProfileRows } from '../../services/directory.js'
import { formerHash } from '../../services/former-names.js'
import { MINUTE } from '../../time.js'
import { type Database, type Statement, timeText } from './database.js'

const SAVE: Statement = {
  name: 'user_save_profile',
  // A time in the future is of before the clock was put back.
  sql: `UPDATE "User" SET "profile" = ?, "profileReadAt" = ?
        WHERE "id" = ? AND ("profileReadAt" IS NULL OR "profileReadAt" <= ? OR "profileReadAt" > ?)`,
}
const CLAIM_EMAIL: Statement = {
  name: 'work_email_claim',
  // Nobody gets the mailbox of somebody who was deleted, and who is being deleted leaves none behind.
  sql: `INSERT INTO "WorkEmail" ("address", "domain", "userId") SELECT ?, ?, "id" FROM "User"
        WHERE "id" = ? AND NOT EXISTS (SELECT 1 FROM "FormerName" WHERE "hash" = ?) ON CONFLICT ("address") DO NOTHING`,
}
const FIND_EMAIL: Statement = {
  name: 'work_email_find',
  sql: `SELECT "userId" FROM "WorkEmail" WHERE "address" = ?`,
}
const HAS_EMAIL_OF: Statement = {
  name: 'work_email_of_domain',
  sql: `SELECT "address" FROM "WorkEmail" WHERE "domain" = ? LIMIT 1`,
}

/** Profiles in the `User` rows, and the `WorkEmail` rows, by statements that are prepared once. */
export class SqlProfileRows implements ProfileRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async save(userId: string, profile: DirectoryProfile, readAt: Date): Promise<void> {
    const [read, future] = [readAt, new Date(readAt.getTime() + MINUTE)].map(timeText)
    await this.#database.query(SAVE, [JSON.stringify(profile), read ?? null, userId, read ?? null, future ?? null])
  }

  async claimWorkEmail(address: string, userId: string): Promise<boolean> {
    // Most logins find the address that they have already.
    const known = await this.#ownerOf(address)
    if (known !== undefined) return known === userId
    const domain = address.slice(address.lastIndexOf('@') + 1)
    await this.#database.query(CLAIM_EMAIL, [address, domain, userId, formerHash('email', address)])
    return (await this.#ownerOf(address)) === userId
  }

  async hasWorkEmailOf(domain: string): Promise<boolean> {
    return (await this.#database.query(HAS_EMAIL_OF, [domain])).length > 0
  }

  #ownerOf(address: string): Promise<string | undefined> {
    return this.#database.first(FIND_EMAIL, [address], (row: { userId: string }) => row.userId)
  }
}
