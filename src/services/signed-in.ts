import type { Audit, Client } from './audit.js'
import type { Membership } from './membership.js'
import type { LiveSession } from './ports.js'
import type { Sessions } from './sessions.js'

interface Options {
  sessions: Sessions
  membership: Membership
  audit: Audit
}

/** Who is signed in: the session is alive, and its user may stay. */
export class SignedIn {
  readonly #sessions: Sessions
  readonly #membership: Membership
  readonly #audit: Audit

  constructor({ sessions, membership, audit }: Options) {
    this.#sessions = sessions
    this.#membership = membership
    this.#audit = audit
  }

  /**
   * The session behind these cookies' ids, if it and its user may go on; notes that it is in use. Stale ones beside it
   * do not count. Sessions of two users are nobody's: a sibling host may have planted one of them.
   */
  async by(cookieIds: string[], client: Client): Promise<LiveSession | undefined> {
    const [live, ...others] = await this.#sessions.findAlive(cookieIds)
    if (!live) return undefined
    const userIds = new Set([live, ...others].map(({ user }) => user.id))
    if (userIds.size > 1) {
      this.#audit.sessionsOfSeveralUsers(client, [...userIds])
      return undefined
    }
    return this.#use(live, client)
  }

  /**
   * The session with the id that people are shown, if it and its user may go on. What asks acts for the person without
   * their browser: `isUse` where that keeps the session from being idle.
   */
  async bySessionId(id: string, client: Client, { isUse }: { isUse: boolean }): Promise<LiveSession | undefined> {
    const live = await this.#sessions.findById(id)
    return live && this.#use(live, client, { isUse })
  }

  /** At once where neither the database nor the directory need be asked, as for most requests. */
  #use(live: LiveSession, client: Client, { isUse = true } = {}): LiveSession | Promise<LiveSession | undefined> {
    const isToMark = isUse && this.#sessions.isToMark(live.info)
    return isToMark || this.#membership.isDue(live.user) ? this.#confirm(live, client, isToMark) : live
  }

  async #confirm(live: LiveSession, client: Client, isToMark: boolean): Promise<LiveSession | undefined> {
    if (isToMark) await this.#sessions.touch(live.info)
    const user = await this.#membership.ifMayStay(live.user, client)
    return user && { ...live, user }
  }
}
