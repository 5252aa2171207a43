import { randomUUID } from 'node:crypto'
import { HANDLES_AT_ONCE } from './handle-rows.js'
import type { Handles } from './handles.js'
import { normaliseNick } from './nick.js'
import type { Admission, DingTalkProfile, SeenAtLogin, StoredUser, User, UserRows } from './ports.js'

/** So many people of one nick may log in for the first time at the very same moment. */
const MAX_ROUNDS = 500

/** Somebody whom no login has seen before, but for their names. */
type NewPerson = SeenAtLogin & Pick<User, 'id' | 'unionId' | 'profile'>

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
      const person = { ...seen, id: randomUUID(), unionId, profile: reading?.profile ?? null }
      const created = await (round === 0 ? this.#createAtOnce(person) : this.#create(person))
      if (created) return created
      const known = await this.#rows.findByUnionId(unionId)
      if (known?.disabledAt) return known
      // A name is somebody else's, or another login was quicker: look again.
    }
    throw new Error('no username is free: too many first logins of one nick at once')
  }

  /** The first names that are theirs by right are free for most people, and the row itself finds out cheapest. */
  async #createAtOnce(person: NewPerson): Promise<StoredUser | undefined> {
    const [handle] = await this.#handles.made(person)
    if (handle === undefined) return undefined
    const named = { ...person, username: person.nick, handle, createdAt: person.lastLoginAt }
    return this.#rows.create(named, { unlessPromised: true })
  }

  async #create(person: NewPerson): Promise<StoredUser | undefined> {
    const username = await this.#freeUsername(person)
    const { handle, isPromised } = await this.#handles.choose(person)
    const created = await this.#rows.create({ ...person, username, handle, createdAt: person.lastLoginAt })
    if (created && isPromised) await this.#handles.dropPromises(created)
    return created
  }

  /** The first of `nick`, `nick-2`, `nick-3` … that nobody has, neither as a username nor as a handle. */
  async #freeUsername(person: NewPerson): Promise<string> {
    for (let first = 1; ; first += HANDLES_AT_ONCE) {
      const names = Array.from({ length: HANDLES_AT_ONCE }, (_, index) => numbered(person.nick, first + index))
      const taken = new Set(await this.#handles.taken(person, names))
      const free = names.find((name) => !taken.has(name))
      if (free !== undefined) return free
    }
  }
}

function numbered(nick: string, n: number): string {
  return n === 1 ? nick : `${nick}-${n}`
}
