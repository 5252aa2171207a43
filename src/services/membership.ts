import { setTimeout } from 'node:timers/promises'
import { ConcurrencyLimit } from '../concurrency-limit.js'
import { AppError } from '../errors.js'
import { SingleFlight } from '../single-flight.js'
import { MINUTE, SECOND, withinOr } from '../time.js'
import type { Audit, Client } from './audit.js'
import type { Directory, DirectoryPerson, Standing } from './directory.js'
import { Pace } from './pace.js'
import type { Admission, DingTalkProfile, User, UserRows } from './ports.js'
import type { Profiles } from './profiles.js'
import type { Sessions } from './sessions.js'

/** How long a request waits for the lookup of its user. */
const WAIT_MS = 1000
/** Half of what DingTalk lets an application ask of one API in a second: the rest is for logins and events. */
const PACE = { everyMs: SECOND / 10, burst: 10 }
/** A part of what may be asked of DingTalk at a time, so that a morning of lookups does not keep logins waiting. */
const MAX_LOOKUPS = { maxRunning: 16, maxWaiting: 2000 }

interface Options {
  /** `members`: only employees of the organisation; `anyone`: every DingTalk account. */
  audience: 'members' | 'anyone'
  directory: Directory
  users: UserRows
  sessions: Sessions
  /** How long a confirmed user goes on without another lookup, in milliseconds; 0: for ever. */
  recheckMs: number
  /** Where the directory is asked for more than membership. */
  profiles?: Profiles | undefined
  /** Notes each lookup that came to nothing. */
  audit: Audit
  now?: () => number
}

/** What a lookup says of somebody. */
type Known = Partial<Pick<User, 'userid' | 'profile' | 'profileReadAt'>>

/** Decides who may come in, and whether those inside may stay. */
export class Membership {
  readonly #options: Required<Omit<Options, 'profiles'>> & Pick<Options, 'profiles'>
  readonly #limit = new ConcurrencyLimit(MAX_LOOKUPS)
  /** By user id: parallel requests of one user share a lookup. */
  readonly #rechecks = new SingleFlight<string, User | undefined>()
  /** Whose lookup has been waited for in vain, by user id, until it comes. */
  readonly #slow = new Set<string>()
  readonly #pace: Pace
  /** When a user whose lookup failed is asked again, by user id. */
  readonly #notBefore = new Map<string, number>()

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
    const wait = (ms: number) => setTimeout(ms, undefined, { ref: false })
    this.#pace = new Pace({ ...PACE, now: this.#options.now, wait })
  }

  /**
   * Lets a person in who has just scanned; returns what the directory says of them, and when.
   * A leaver's sessions end.
   * @throws {AppError} `not_a_member`
   * @throws {DingTalkError} on any doubt: an unreachable directory lets nobody in
   */
  async admit(profile: DingTalkProfile, client: Client): Promise<Admission> {
    if (this.#options.audience === 'anyone') {
      if (!profile.unionId) throw new AppError('dingtalk_unreadable', { detail: 'a profile without unionid' })
      return { membershipCheckedAt: null, userid: null }
    }
    if (!profile.unionId) throw new AppError('not_a_member', { detail: 'a profile without unionid' })
    const standing = await this.#options.directory.standingOf(profile.unionId)
    if (standing.is !== 'employee') {
      const user = await this.#options.users.findByUnionId(profile.unionId)
      if (user) await this.#endSessions(user.id, client)
      throw new AppError('not_a_member', { detail: `the directory says: ${standing.is}`, userId: user?.id })
    }
    const { userid } = standing
    const reading = await this.#options.profiles?.read(userid, undefined)
    return { membershipCheckedAt: new Date(this.#options.now()), userid, ...(reading && { reading }) }
  }

  /** Keeps what the directory said of somebody who has just been let in. */
  async keepProfile(userId: string, { reading }: Admission): Promise<void> {
    if (reading) await this.#options.profiles?.keep(userId, reading)
  }

  /**
   * A signed-in user who may go on, as they are known by then; undefined: they left, and their sessions have ended.
   * Costs nothing while the last check is fresh. Where DingTalk cannot say, they go on and are looked up again a
   * minute later; where it does not say so soon, they go on and its late response signs them out.
   */
  async ifMayStay(user: User, client: Client): Promise<User | undefined> {
    if (!this.isDue(user)) return user
    const recheck = this.#rechecks.run(user.id, () => this.#recheck(user, client))
    // Nobody waits a second time for a lookup whose turn is long in coming.
    if (this.#slow.has(user.id)) return user
    const outcome = await withinOr(
      recheck.then((known) => ({ known })),
      WAIT_MS,
      undefined,
    )
    if (outcome) return outcome.known
    this.#slow.add(user.id)
    void recheck.finally(() => this.#slow.delete(user.id))
    return user
  }

  /**
   * Whether `ifMayStay` would look this user up. A time that lies in the future, because the clock was put back since, does
   * not count; nor does one that cannot be read.
   */
  isDue({ id, membershipCheckedAt, profileReadAt }: User): boolean {
    const { audience, profiles } = this.#options
    if (audience === 'anyone' || this.#isPostponed(id)) return false
    if (profiles && profileReadAt === null) return true
    return this.#isOld(membershipCheckedAt) || (profiles !== undefined && this.#isOld(profileReadAt))
  }

  #isOld(checkedAt: Date | null): boolean {
    const { recheckMs, now } = this.#options
    const age = now() - (checkedAt?.getTime() ?? 0)
    return recheckMs !== 0 && !(age <= recheckMs && age >= -MINUTE)
  }

  /** Never rejects: when it ends, there may be nobody left who waits for it. */
  async #recheck(user: User, client: Client): Promise<User | undefined> {
    let hasLeft = false
    let known: Known | undefined
    try {
      await this.#pace.turn()
      const standing = await this.#standingOf(user)
      hasLeft = standing.is !== 'employee'
      known = await this.#settle(user, standing, client)
      if (known) this.#notBefore.delete(user.id)
      else this.#postpone(user.id)
    } catch (error) {
      this.#options.audit.membershipUnconfirmed(user.id, error)
      if (!hasLeft) this.#postpone(user.id)
    }
    return hasLeft ? undefined : { ...user, ...known }
  }

  /**
   * Looks somebody up now, however fresh the last check is: whoever has left is out everywhere, and what the directory
   * says of the others is kept.
   * @throws {AppError} where the directory could not say, or it could not be kept
   */
  async lookUpNow(user: DirectoryPerson, client?: Client): Promise<void> {
    const known = await this.#settle(user, await this.#standingOf(user), client)
    if (!known) throw new AppError('dingtalk_unavailable', { detail: 'the profile could not be read' })
  }

  /** Does what follows from the directory's word; returns what is known by it, undefined where not all was said. */
  async #settle(user: DirectoryPerson, standing: Standing, client: Client | undefined): Promise<Known | undefined> {
    if (standing.is === 'employee') return this.#keep(user.id, standing.userid)
    await this.#endSessions(user.id, client)
    return {}
  }

  async #keep(userId: string, userid: string): Promise<Known | undefined> {
    const { users, profiles, now } = this.#options
    await users.markMembershipChecked(userId, userid, new Date(now()))
    if (!profiles) return { userid }
    const reading = await this.#inTurn(() => profiles.read(userid, userId))
    return reading && { userid, profile: await profiles.keep(userId, reading), profileReadAt: reading.readAt }
  }

  /** A leaver is out in every browser. */
  async #endSessions(userId: string, client: Client | undefined): Promise<void> {
    await this.#options.sessions.endAll(userId, { client, reason: 'left' })
  }

  #standingOf({ unionId }: DirectoryPerson): Promise<Standing> {
    return this.#inTurn(() => this.#options.directory.standingOf(unionId))
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (!(await this.#limit.enter())) throw new AppError('dingtalk_unavailable', { detail: 'too many lookups wait' })
    try {
      return await ask()
    } finally {
      this.#limit.leave()
    }
  }

  #isPostponed(userId: string): boolean {
    const waitMs = (this.#notBefore.get(userId) ?? 0) - this.#options.now()
    return waitMs > 0 && waitMs <= MINUTE
  }

  #postpone(userId: string): void {
    this.#notBefore.delete(userId)
    // The oldest stand first.
    for (const id of this.#notBefore.keys()) {
      if (this.#isPostponed(id)) break
      this.#notBefore.delete(id)
    }
    this.#notBefore.set(userId, this.#options.now() + MINUTE)
  }
}
