import type { DirectoryNameRows } from '../../services/directory.js'
import { type Database, type Statement, timeText } from './database.js'

/** How many names are looked up at a time: databases limit the values of a statement. */
const IDS_AT_ONCE = 500

const SAVE: Statement = {
  name: 'directory_name_save',
  sql: `INSERT INTO "DirectoryName" ("id", "name", "readAt") VALUES (?, ?, ?)
        ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "readAt" = excluded."readAt"`,
}

/** The `DirectoryName` rows: read through Prisma, as only what is new to a process is looked up. */
export class SqlDirectoryNameRows implements DirectoryNameRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async namesOf(ids: readonly string[]): Promise<Map<string, string>> {
    const names = new Map<string, string>()
    for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
      const some = ids.slice(start, start + IDS_AT_ONCE)
      const found = await this.#database.prisma(({ directoryName }) =>
        directoryName.findMany({ where: { id: { in: some } } }),
      )
      for (const { id, name } of found) names.set(id, name)
    }
    return names
  }

  async save(id: string, name: string, readAt: Date): Promise<void> {
    await this.#database.query(SAVE, [id, name, timeText(readAt)])
  }
}
