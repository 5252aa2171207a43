import { z } from 'zod'
import type { Group, GroupRows } from '../../services/group.js'
import type { Database, Statement } from './database.js'

const LIST: Statement = { name: 'group_list', sql: `SELECT "name", "rules", "createdAt" FROM "Group"` }

const id = z.int()
const rules = z.object({
  departments: z.array(z.object({ id, below: z.boolean() })),
  roles: z.array(id),
  userids: z.array(z.string()),
  groups: z.array(z.string()),
})
/** A row as a statement gives it. */
const row = z
  .object({
    name: z.string(),
    rules: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(rules),
    createdAt: z.string().transform((text) => new Date(text)),
  })
  .transform(({ rules, ...rest }): Group => ({ ...rest, ...rules }))

/** The `Group` rows, by statements that are prepared once. */
export class SqlGroupRows implements GroupRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(): Promise<Group[]> {
    const found = z.array(row).parse(await this.#database.query(LIST))
    // By their characters: a database orders texts by its language.
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
