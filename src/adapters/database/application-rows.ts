import { z } from 'zod'
import type { Application, ApplicationRows } from '../../services/application.js'
import { readAccessRevision } from './access-revision.js'
import type { Database, Statement } from './database.js'

const COLUMNS = `"id", "name", "kind", "redirectUris", "postLogoutRedirectUris", "backchannelLogoutUri", "openUrl",
                 "logoUrl", "description", "access", "usernameClaim", "refreshTokens", "scopes", "secretHash", "previousSecretHash",
                 "previousSecretUntil", "createdAt"`

const FIND: Statement = { name: 'application_find', sql: `SELECT ${COLUMNS} FROM "Application" WHERE "id" = ?` }
const LIST: Statement = { name: 'application_list', sql: `SELECT ${COLUMNS} FROM "Application"` }
const NEED_OPENID: Statement = {
  name: 'application_need_openid',
  sql: `SELECT "id" FROM "Application" WHERE "kind" IN ('confidential', 'public')
        UNION ALL SELECT "applicationId" AS "id" FROM "ApplicationSession" WHERE "sessionId" IS NULL LIMIT 1`,
}

const json = z.string().transform((text): unknown => JSON.parse(text))
const texts = json.pipe(z.array(z.string()))
const time = z.string().transform((text) => new Date(text))

/** A row as a statement gives it: lists are JSON, SQLite's truth is a number. */
const row = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['confidential', 'public', 'proxy']),
  redirectUris: texts,
  postLogoutRedirectUris: texts,
  backchannelLogoutUri: z.string().nullable(),
  openUrl: z.string().nullable(),
  logoUrl: z.string().nullable(),
  description: z.string().nullable(),
  access: json.pipe(z.union([z.literal('everyone'), z.array(z.string())])),
  usernameClaim: z.enum(['handle', 'username']),
  refreshTokens: z.union([z.boolean(), z.number()]).transform(Boolean),
  scopes: texts,
  secretHash: z.string().nullable(),
  previousSecretHash: z.string().nullable(),
  previousSecretUntil: time.nullable(),
  createdAt: time,
})

/** The `Application` rows, by statements that are prepared once. */
export class SqlApplicationRows implements ApplicationRows {
  readonly #database: Database
  /** What each row was when it was read last, and at which revision: it is read again when that is another. */
  readonly #read = new Map<string, { revision: number; text: string; application: Readonly<Application> }>()

  constructor(database: Database) {
    this.#database = database
  }

  async find(id: string): Promise<Application | undefined> {
    // First, so that what is read afterwards is never older than it.
    const revision = await readAccessRevision(this.#database)
    const known = this.#read.get(id)
    if (known?.revision === revision) return known.application
    const [found] = await this.#database.query(FIND, [id])
    if (found === undefined) {
      this.#read.delete(id)
      return undefined
    }
    const text = JSON.stringify(found)
    // Most changes are of others: it is the same object while it says the same.
    const application = known?.text === text ? known.application : row.parse(found)
    this.#read.set(id, { revision, text, application })
    return application
  }

  async needOpenid(): Promise<boolean> {
    return (await this.#database.query(NEED_OPENID)).length > 0
  }

  async list(): Promise<Application[]> {
    const found = z.array(row).parse(await this.#database.query(LIST))
    // By their characters: a database orders texts by its language.
    return found.sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}
