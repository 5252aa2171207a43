import { OperatorError } from '../errors.js'
import type { Administrators } from './administrators.js'
import type { Audit, EndReason } from './audit.js'
import { endAllSessions, endOneSession } from './end-sessions.js'
import type { KnownUser, ListedUser, PeopleRows, SessionInfo, SessionRows } from './ports.js'

/** How many people are read at once. */
const PAGE = 500

interface Options {
  people: PeopleRows
  sessions: SessionRows
  administrators: Pick<Administrators, 'make' | 'unmake'>
  audit: Audit
  now?: () => number
}

/** Why it is done, and by which administrator; a command has none. */
interface Doing {
  why?: string | undefined
  by?: string | undefined
}

/** Whether it was not so before. */
interface Done {
  isNew: boolean
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

  /** The person with this id of ours. */
  async person(id: string): Promise<KnownUser | undefined> {
    return (await this.#options.people.findByName({ username: id, id })).find((user) => user.id === id)
  }

  /**
   * No login and no session from now on, in every process on this database. Who is disabled already stays so since then.
   * @param why a sentence for the audit trail
   * @throws {OperatorError}
   */
  async disable(name: string, { why, by }: Doing = {}): Promise<{ user: KnownUser; sessionsEnded: number } & Done> {
    const { people, audit, now } = this.#options
    const { id } = await this.#find(name)
    if (id === by) throw new OperatorError('Nobody can disable themselves: it could be the last way in.')
    const isNew = await people.setDisabled(id, new Date(now()))
    if (isNew) audit.accountDisabled(id, why)
    const sessionsEnded = await this.#endSessions(id, 'account_disabled')
    return { user: await this.#find(id), sessionsEnded, isNew }
  }

  /** @throws {OperatorError} */
  async enable(name: string): Promise<{ user: KnownUser } & Done> {
    const { id, disabledAt } = await this.#find(name)
    // A login that had read their row just before may have opened one since, which was of no use until now.
    if (disabledAt) await this.#endSessions(id, 'account_disabled')
    const isNew = await this.#options.people.setDisabled(id, null)
    if (isNew) this.#options.audit.accountEnabled(id)
    return { user: await this.#find(id), isNew }
  }

  /** @throws {OperatorError} */
  async endSessions(name: string): Promise<{ user: KnownUser; sessionsEnded: number }> {
    const user = await this.#find(name)
    return { user, sessionsEnded: await this.#endSessions(user.id, 'ended_by_operator') }
  }

  /** Ends one, by the id that people are shown; returns whether there was one. */
  endSession(userId: string, sessionId: string): Promise<boolean> {
    const { sessions: rows, audit } = this.#options
    return endOneSession({ rows, audit }, { userId, sessionId }, { client: undefined, reason: 'ended_by_operator' })
  }

  /** Lets them open the console. @throws {OperatorError} */
  async makeAdministrator(name: string, { by }: Doing = {}): Promise<{ user: KnownUser } & Done> {
    const { administrators, audit } = this.#options
    const user = await this.#find(name)
    if (user.disabledAt) throw new OperatorError(`${user.username} is disabled.`)
    const isNew = await administrators.make(user.id, by ?? null)
    if (isNew) audit.administratorMade(user.id)
    return { user, isNew }
  }

  /** @throws {OperatorError} where it is one's own right, ADMINS gives it, or it is not there */
  async unmakeAdministrator(name: string, { by }: Doing = {}): Promise<{ user: KnownUser }> {
    const { administrators, audit } = this.#options
    const user = await this.#find(name)
    await administrators.unmake(user, by ?? null)
    audit.administratorUnmade(user.id)
    return { user }
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
