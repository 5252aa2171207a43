import { ConcurrencyLimit } from '../concurrency-limit.js'
import { AppError } from '../errors.js'
import { MINUTE, withinOr } from '../time.js'
import type { Audit } from './audit.js'
import type { DingTalkProfile, Directory, Standing, User, UserStore } from './ports.js'

/** How long a request waits for the lookup of its person. */
const WAIT_MS = 1000
/** A part of what may be asked of DingTalk at a time, so that a morning of lookups does not keep logins waiting. */
const MAX_LOOKUPS = { maxRunning: 16, maxWaiting: 2000 }

interface Dependencies {
  /** `members`: only employees of the organisation; `anyone`: every DingTalk account. */
  audience: 'members' | 'anyone'
  directory: Directory
  users: UserStore
  /** How long a confirmed person goes on unasked; 0: for ever. */
  recheckMs: number
  /** Notes each lookup that came to nothing. */
  audit: Audit
  now?: () => number
}

/** Decides who may come in, and whether those inside may stay. */
export class Membership {
  readonly #deps: Required<Dependencies>
  readonly #limit = new ConcurrencyLimit(MAX_LOOKUPS)
  /** Lookups under way, by user id: parallel requests of one person share one. */
  readonly #underWay = new Map<string, Promise<boolean>>()
  /** When a person whose lookup failed is asked again, by user id. */
  readonly #notBefore = new Map<string, number>()

  constructor(deps: Dependencies) {
    this.#deps = { now: Date.now, ...deps }
  }

  /**
   * Lets a person in who has just scanned; gives the time of the directory's word, null where it was not asked.
   * @throws {AppError} `not_a_member`
   * @throws {DingTalkError} on any doubt: an unreachable directory lets nobody in
   */
  async admit(profile: DingTalkProfile): Promise<Date | null> {
    if (this.#deps.audience === 'anyone') {
      if (!profile.unionId) throw new AppError('dingtalk_unreadable', { detail: 'a profile without unionid' })
      return null
    }
    if (!profile.unionId) throw new AppError('not_a_member', { detail: 'a profile without unionid' })
    const standing = await this.#deps.directory.standingOf(profile.unionId)
    if (standing !== 'employee') {
      const userId = await this.#deps.users.findId(profile.unionId)
      throw new AppError('not_a_member', { detail: `the directory says: ${standing}`, userId })
    }
    return new Date(this.#deps.now())
  }

  /**
   * Whether a signed-in person may go on. False: they left, and `endSessions` has been called.
   * Costs nothing while the last check is fresh. Where DingTalk cannot say, they go on and are asked again a minute later; where it does
   * not say so soon, they go on and are signed out by its answer.
   */
  async mayStay(user: User, endSessions: () => Promise<void>): Promise<boolean> {
    if (!this.#isDue(user)) return true
    const underWay =
      this.#underWay.get(user.id) ?? this.#recheck(user, endSessions).finally(() => this.#underWay.delete(user.id))
    this.#underWay.set(user.id, underWay)
    return withinOr(underWay, WAIT_MS, true)
  }

  /** A time that lies in the future, because the clock was put back since, does not count; nor does one that cannot be read. */
  #isDue({ id, membershipCheckedAt }: User): boolean {
    const { audience, recheckMs, now } = this.#deps
    if (audience === 'anyone' || recheckMs === 0 || this.#isPostponed(id)) return false
    const age = now() - (membershipCheckedAt?.getTime() ?? 0)
    return !(age <= recheckMs && age >= -MINUTE)
  }

  /** Never rejects: when it ends, there may be nobody left who waits for it. */
  async #recheck(user: User, endSessions: () => Promise<void>): Promise<boolean> {
    const { users, audit, now } = this.#deps
    let hasLeft = false
    try {
      hasLeft = (await this.#lookUp(user)) !== 'employee'
      if (hasLeft) await endSessions()
      else await users.markMembershipChecked(user.id, new Date(now()))
      this.#notBefore.delete(user.id)
    } catch (error) {
      audit.membershipUnconfirmed(user.id, error)
      if (!hasLeft) this.#postpone(user.id)
    }
    return !hasLeft
  }

  async #lookUp({ unionId }: User): Promise<Standing> {
    if (!(await this.#limit.enter())) throw new AppError('dingtalk_unavailable', { detail: 'too many lookups wait' })
    try {
      return await this.#deps.directory.standingOf(unionId)
    } finally {
      this.#limit.leave()
    }
  }

  #isPostponed(userId: string): boolean {
    const waitMs = (this.#notBefore.get(userId) ?? 0) - this.#deps.now()
    return waitMs > 0 && waitMs <= MINUTE
  }

  #postpone(userId: string): void {
    this.#notBefore.delete(userId)
    // The oldest stand first.
    for (const id of this.#notBefore.keys()) {
      if (this.#isPostponed(id)) break
      this.#notBefore.delete(id)
    }
    this.#notBefore.set(userId, this.#deps.now() + MINUTE)
  }
}
