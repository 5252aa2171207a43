import { OperatorError } from '../errors.js'
import type { User } from './ports.js'

/** Somebody whom a command or another administrator made one. */
export interface Administrator {
  userId: string
  createdAt: Date
  /** The administrator who did; null where it was a command. */
  madeBy: string | null
}

/** The rows of those who were made administrators. */
export interface AdministratorRows {
  find(userId: string): Promise<Administrator | undefined>
  list(): Promise<Administrator[]>
  /** Returns whether they were none before. */
  add(administrator: Administrator): Promise<boolean>
  /** Returns whether they were one. */
  remove(userId: string): Promise<boolean>
}

interface Options {
  rows: AdministratorRows
  /** Unionids and the directory's userids, as ADMINS names them. */
  named: readonly string[]
  now?: () => number
}

type IdsOfUser = Pick<User, 'id' | 'unionId' | 'userid'>

/** By what somebody may open the console: the setting ADMINS, or the database. */
export type Right = 'setting' | 'database'

/** Who may open the console. Asked at each request there, so that a right that is taken away is gone at once. */
export class Administrators {
  readonly #rows: AdministratorRows
  readonly #named: ReadonlySet<string>
  readonly #now: () => number

  constructor({ rows, named, now = Date.now }: Options) {
    this.#rows = rows
    this.#named = new Set(named)
    this.#now = now
  }

  /** @throws {AppError} `service_unavailable` */
  async rightOf(user: IdsOfUser): Promise<Right | undefined> {
    const { id, unionId, userid } = user
    if (this.#named.has(unionId) || (userid !== null && this.#named.has(userid))) return 'setting'
    return (await this.#rows.find(id)) ? 'database' : undefined
  }

  /** Those whom the database names. */
  list(): Promise<Administrator[]> {
    return this.#rows.list()
  }

  /** The ids of all: ours, and those that ADMINS names. */
  async ids(): Promise<ReadonlySet<string>> {
    return new Set([...this.#named, ...(await this.#rows.list()).map(({ userId }) => userId)])
  }

  /** Returns whether they were none before. */
  make(userId: string, madeBy: string | null): Promise<boolean> {
    return this.#rows.add({ userId, madeBy, createdAt: new Date(this.#now()) })
  }

  /**
   * @param by the administrator who takes the right away; null for a command
   * @throws {OperatorError} where it is one's own, or not there
   */
  async unmake(user: Pick<User, 'id' | 'username'>, by: string | null): Promise<void> {
    if (user.id === by) throw new OperatorError('Nobody can take away their own right.')
    if (!(await this.#rows.remove(user.id)))
      throw new OperatorError(`${user.username} has not been made an administrator. ADMINS may name them.`)
  }
}

/** Whether one of these ids, ours or DingTalk's, is this user's. */
export function isAmong(ids: ReadonlySet<string>, { id, unionId, userid }: IdsOfUser): boolean {
  return ids.has(id) || ids.has(unionId) || (userid !== null && ids.has(userid))
}
