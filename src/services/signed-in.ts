import type { Client } from './audit.js'
import type { Membership } from './membership.js'
import type { LiveSession } from './ports.js'
import type { Sessions } from './sessions.js'

interface Options {
  sessions: Sessions
  membership: Membership
}

/** Who is signed in: the session is alive, and its user may stay. */
export class SignedIn {
  readonly #sessions: Sessions
  readonly #membership: Membership

  constructor({ sessions, membership }: Options) {
    this.#sessions = sessions
    this.#membership = membership
  }

  /** The session behind this cookie's id, if it and its user may go on; notes that it is in use. */
  async by(cookieId: string, client: Client): Promise<LiveSession | undefined> {
    const live = await this.#sessions.find(cookieId)
    if (!live) return undefined
    await this.#sessions.touch(live.info)
    return (await this.#membership.mayStay(live.user, client)) ? live : undefined
  }
}
