import { OperatorError } from '../errors.js'
import type { Audit, EndReason } from './audit.js'
import type { KnownUser, ListedUser, PeopleRows, SessionInfo, SessionRows } from './ports.js'
import { endAllSessions } from './sessions.js'

/** How many people are read at once. */
const PAGE = 500

interface Options {
  people: PeopleRows
  sessions: SessionRows
  audit: Audit
  now?: () => number
}

/** What an operator may do to people, straight on the database: it works whether or not the server or DingTalk does. */
export class PeopleAdmin {
  readonly #options: Required<Options>

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** Everybody by username, a page at a time, however many they are. */
  async *list(): AsyncGenerator<ListedUser[]> {
    let last: string | undefined
    do {
      const page = await this.#options.people.page(last, PAGE)
      if (page.length > 0) yield page
      last = page.length < PAGE ? undefined : page.at(-1)?.username
    } while (last !== undefined)
  }

  /** @throws {OperatorError} */
  async show(name: string): Promise<{ user: KnownUser; sessions: SessionInfo[] }> {
    const user = await this.#find(name)
    return { user, sessions: await this.#options.people.sessionsOf(user.id) }
  }

  /**
   * No login and no session from now on, in every process on this database.
   * @param why a sentence for the audit trail
   * @throws {OperatorError}
   */
  async disable(name: string, why?: string): Promise<{ user: KnownUser; sessionsEnded: number }> {
    const { id, disabledAt } = await this.#find(name)
    const user = await this.#options.people.setDisabled(id, disabledAt ?? new Date(this.#options.now()))
    this.#options.audit.accountDisabled(id, why)
    return { user, sessionsEnded: await this.#endSessions(id, 'account_disabled') }
  }

  /** @throws {OperatorError} */
  async enable(name: string): Promise<KnownUser> {
    const { id } = await this.#find(name)
    const user = await this.#options.people.setDisabled(id, null)
    this.#options.audit.accountEnabled(id)
    return user
  }

  /** @throws {OperatorError} */
  async endSessions(name: string): Promise<{ user: KnownUser; sessionsEnded: number }> {
    const user = await this.#find(name)
    return { user, sessionsEnded: await this.#endSessions(user.id, 'ended_by_operator') }
  }

  /**
   * A nick can be made to look like somebody's id: where a name fits several people, none is taken but the one whose
   * id it is, as nobody can choose that.
   */
  async #find(name: string): Promise<KnownUser> {
    const found = await this.#options.people.findByName({ username: name.normalize('NFC'), id: name })
    const byId = found.find(({ id }) => id === name)
    if (byId) return byId
    const [user, ...others] = found
    if (!user) throw new OperatorError(`Nobody here is called ${name}.`)
    if (others.length > 0) throw new OperatorError(`${name} fits several people: use the id that 'list' shows.`)
    return user
  }

  #endSessions(userId: string, reason: EndReason): Promise<number> {
    const { sessions: rows, audit } = this.#options
    return endAllSessions({ rows, audit }, userId, { client: undefined, reason })
  }
}
