import { randomUUID } from 'node:crypto'
import type { DirectoryProfile } from './directory.js'
import { HANDLE } from './handle-choices.js'
import type { Handles } from './handles.js'
import { normaliseNick } from './nick.js'
import type { Admission, DingTalkProfile, SeenAtLogin, StoredUser, User, UserRows } from './ports.js'

/** So many people of one nick may log in for the first time at the very same moment. */
const MAX_ROUNDS = 500
/** So many usernames are looked up at a time. */
const NAMESAKES_AT_ONCE = 50

interface Options {
  rows: UserRows
  handles: Handles
  now?: () => number
}

/**
 * The people who log in: one user for one unionid, whose username is the nick of their first login, unique and kept for
 * life.
 */
export class People {
  readonly #rows: UserRows
  readonly #handles: Handles
  readonly #now: () => number

  constructor({ rows, handles, now = Date.now }: Options) {
    this.#rows = rows
    this.#handles = handles
    this.#now = now
  }

  /**
   * Creates the user on their first login, and refreshes nick, avatar and userid on later ones; a disabled user is left
   * as they are. One user for one unionid, however many logins come at once.
   */
  async recordLogin(profile: DingTalkProfile, admission: Admission): Promise<User> {
    const user = await this.#record(profile, admission)
    // Who was imported without a handle gets one by what the directory has just said.
    const { handle } = await this.#handles.complete({ ...user, profile: admission.reading?.profile ?? user.profile })
    return { ...user, handle }
  }

  async #record(profile: DingTalkProfile, admission: Admission): Promise<StoredUser> {
    const { unionId, nick, avatarUrl, isStandIn } = profile
    const { reading, ...checked } = admission
    const again = { lastLoginAt: new Date(this.#now()), ...checked }
    const seen = { nick: normaliseNick(nick), avatarUrl, ...again }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const returning = await this.#rows.recordReturn(unionId, isStandIn ? again : seen)
      if (returning) return returning
      // The nick itself is free for most people, and a failed insert the cheapest way to find out. One that could be a
      // handle must not be somebody else's: applications may be given either.
      const isTried = round === 0 && !HANDLE.test(seen.nick)
      const username = isTried ? seen.nick : await this.#freeUsername(seen.nick)
      const created = await this.#create({ ...seen, unionId, username }, reading?.profile ?? null)
      if (created) return created
      const known = await this.#rows.findByUnionId(unionId)
      if (known?.disabledAt) return known
      // A name is somebody else's, or another login was quicker: look again.
    }
    throw new Error('no username is free: too many first logins of one nick at once')
  }

  async #create(
    seen: SeenAtLogin & Pick<User, 'unionId' | 'username'>,
    profile: DirectoryProfile | null,
  ): Promise<StoredUser | undefined> {
    const id = randomUUID()
    const { handle, isPromised } = await this.#handles.choose({ ...seen, id, profile })
    const created = await this.#rows.create({ ...seen, id, handle, createdAt: seen.lastLoginAt })
    if (created && isPromised) await this.#handles.dropPromises(created)
    return created
  }

  /** The first of `nick`, `nick-2`, `nick-3` … that nobody has. */
  async #freeUsername(nick: string): Promise<string> {
    for (let first = 1; ; first += NAMESAKES_AT_ONCE) {
      const names = Array.from({ length: NAMESAKES_AT_ONCE }, (_, index) => numbered(nick, first + index))
      const taken = new Set(await this.#rows.takenUsernames(names))
      const free = names.find((name) => !taken.has(name))
      if (free !== undefined) return free
    }
  }
}

function numbered(nick: string, n: number): string {
  return n === 1 ? nick : `${nick}-${n}`
}
