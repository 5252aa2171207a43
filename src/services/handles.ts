import { SingleFlight } from '../single-flight.js'
import { handlesOfDirectory, handlesOfNick } from './handle-choices.js'
import type { DirectoryIds, HandleRows, Romanise } from './handle-rows.js'
import type { StoredUser, User } from './ports.js'

/** So often may somebody else be quicker. */
const MAX_ROUNDS = 20

interface Options {
  rows: HandleRows
  romanise: Romanise
}

/** What a handle is made of. */
type Named = Pick<User, 'id' | 'nick' | 'profile'>

interface Choice {
  handle: string
  /** An operator has promised it to this person. */
  isPromised: boolean
}

/**
 * The handles: what other programs call a person. One for each user, given once and kept for life; no two users have
 * the same, whichever process gives them.
 */
export class Handles {
  readonly #rows: HandleRows
  readonly #romanise: Romanise
  /** By user id: parallel requests of one user share the work. */
  readonly #gifts = new SingleFlight<string, string>()

  constructor({ rows, romanise }: Options) {
    this.#rows = rows
    this.#romanise = romanise
  }

  /**
   * A handle for somebody who has none: the one that an operator promised, else one made of what the directory says, or
   * of the nick. It is free at this moment, and only the database's word that nobody took it since makes it theirs.
   */
  async choose(person: DirectoryIds & Named): Promise<Choice> {
    const made = await this.made(person)
    const { promised, taken } = await this.#rows.look(person, made)
    const isFree = (handle: string) => !taken.includes(handle)
    const handle = promised.find(isFree) ?? made.find(isFree)
    if (handle === undefined) throw new Error('no handle is free')
    return { handle, isPromised: promised.includes(handle) }
  }

  /** The handles to choose from, the best one first, whether they are free or not. */
  async made({ id, nick, profile }: Named): Promise<string[]> {
    const name = profile?.name ?? nick
    const romanised = await this.#romanise(name)
    return profile?.name
      ? handlesOfDirectory({ orgEmail: profile.orgEmail, name, romanised, id })
      : handlesOfNick({ nick, romanised, id })
  }

  /** Those of these names, `HANDLES_AT_ONCE` at most, that another has or had as username or handle, or that are promised. */
  async taken(person: DirectoryIds, names: readonly string[]): Promise<string[]> {
    const { promised, taken } = await this.#rows.look(person, names)
    return [...promised, ...taken]
  }

  /** Forgets what this person was promised, when they have a handle. */
  dropPromises(person: DirectoryIds): Promise<void> {
    return this.#rows.dropPromises(person)
  }

  /** The user with a handle: who was there before handles were gets theirs here. Costs nothing for all others. */
  async complete(user: StoredUser): Promise<User> {
    if (hasHandle(user)) return user
    return { ...user, handle: await this.#gifts.run(user.id, () => this.#give(user)) }
  }

  /** Completes some of the users who were there before handles were; returns how many it found. */
  async completeSome(): Promise<number> {
    const users = await this.#rows.usersWithout()
    for (const user of users) await this.complete(user)
    return users.length
  }

  async #give(user: StoredUser): Promise<string> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { handle, isPromised } = await this.choose(user)
      const given = await this.#rows.give(user.id, handle)
      if (given === undefined) continue
      if (isPromised && given === handle) await this.#rows.dropPromises(user)
      return given
    }
    throw new Error('no handle could be given: others were quicker each time')
  }
}

/** Whether nothing is left to complete. */
export function hasHandle(user: StoredUser): user is User {
  return user.handle !== null
}
