import type { SigningKeyRow, SigningKeyRows } from '../../services/signing-key-rows.js'
import { type Database, type Statement, timeText } from './database.js'

const LIST: Statement = {
  name: 'signing_key_list',
  sql: `SELECT "kid", "follows", "publicKey", "wrapped", "createdAt", "signsFrom", "withdrawnAt"
        FROM "SigningKey" ORDER BY "createdAt", "kid"`,
}
const INSERT: Statement = {
  name: 'signing_key_insert',
  sql: `INSERT INTO "SigningKey" ("kid", "follows", "publicKey", "wrapped", "createdAt", "signsFrom")
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
}
const REWRAP: Statement = {
  name: 'signing_key_rewrap',
  sql: `UPDATE "SigningKey" SET "wrapped" = ? WHERE "kid" = ? AND "wrapped" = ?`,
}
const WITHDRAW_OTHERS: Statement = {
  name: 'signing_key_withdraw_others',
  sql: `UPDATE "SigningKey" SET "withdrawnAt" = ? WHERE "kid" <> ? AND "withdrawnAt" IS NULL`,
}
const REMOVE: Statement = { name: 'signing_key_remove', sql: `DELETE FROM "SigningKey" WHERE "kid" = ?` }

type Row = Omit<SigningKeyRow, 'createdAt' | 'signsFrom' | 'withdrawnAt'> & {
  createdAt: string
  signsFrom: string
  withdrawnAt: string | null
}

/** The `SigningKey` rows, a handful of them. */
export class SqlSigningKeyRows implements SigningKeyRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(): Promise<SigningKeyRow[]> {
    const rows = await this.#database.query<Row>(LIST)
    return rows.map((row) => ({
      ...row,
      createdAt: new Date(row.createdAt),
      signsFrom: new Date(row.signsFrom),
      withdrawnAt: row.withdrawnAt === null ? null : new Date(row.withdrawnAt),
    }))
  }

  async insert({ kid, follows, publicKey, wrapped, createdAt, signsFrom }: SigningKeyRow): Promise<void> {
    await this.#database.query(INSERT, [kid, follows, publicKey, wrapped, timeText(createdAt), timeText(signsFrom)])
  }

  async rewrap(kid: string, before: string, after: string): Promise<void> {
    await this.#database.query(REWRAP, [after, kid, before])
  }

  async withdrawOthers(kid: string, at: Date): Promise<void> {
    await this.#database.query(WITHDRAW_OTHERS, [timeText(at), kid])
  }

  async remove(kid: string): Promise<void> {
    await this.#database.query(REMOVE, [kid])
  }
}
