import type { SignedInRows } from '../../services/affected-people.js'
import type { DirectoryPerson, DirectoryProfile } from '../../services/directory.js'
import type { Database, Statement } from './database.js'
import { profileOf } from './user-row.js'

const HAS_SESSION = `EXISTS (SELECT 1 FROM "Session" s WHERE s."userId" = u."id")`

const OF_USERID: Statement = {
  name: 'signed_in_of_userid',
  sql: `SELECT u."id", u."unionId" FROM "User" u WHERE u."userid" = ? AND ${HAS_SESSION}`,
}
const PROFILES: Statement = {
  name: 'signed_in_profiles',
  sql: `SELECT u."id", u."unionId", u."profile" FROM "User" u
        WHERE u."id" > ? AND u."profile" IS NOT NULL AND ${HAS_SESSION} ORDER BY u."id" LIMIT 200`,
}

/** The `User` rows of those who have a session, by statements that are prepared once. */
export class SqlSignedInRows implements SignedInRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  ofUserid(userid: string): Promise<DirectoryPerson[]> {
    return this.#database.query<DirectoryPerson>(OF_USERID, [userid])
  }

  async profiles(afterId: string): Promise<(DirectoryPerson & { profile: DirectoryProfile })[]> {
    const rows = await this.#database.query<DirectoryPerson & { profile: string }>(PROFILES, [afterId])
    return rows.flatMap(({ profile, ...person }) => {
      const read = profileOf(profile)
      return read ? [{ ...person, profile: read }] : []
    })
  }
}
