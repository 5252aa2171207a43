import { AppError } from '../errors.js'
import type { DingTalkProfile, Directory, User, UserStore } from './ports.js'

const MINUTE = 60_000

interface Dependencies {
  /** `members`: only employees of the organisation; `anyone`: every DingTalk account. */
  audience: 'members' | 'anyone'
  directory: Directory
  users: UserStore
  /** How long a confirmed person goes on unasked; 0: for ever. */
  recheckMs: number
  /** Told of each lookup that got no answer, so that it stands in the log. */
  onDoubt: (userId: string, error: AppError) => void
  now?: () => number
}

/** Decides who may come in, and whether those inside may stay. */
export class Membership {
  readonly #deps: Required<Dependencies>
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
   * Whether a signed-in person may go on. False: they left. Where DingTalk cannot say, they go on and are asked again a minute later.
   * Costs nothing while the last check is fresh.
   */
  async mayStay(user: User): Promise<boolean> {
    const { audience, recheckMs, now } = this.#deps
    if (audience === 'anyone' || recheckMs === 0) return true
    const checkedAt = user.membershipCheckedAt?.getTime() ?? 0
    if (now() - checkedAt <= recheckMs || now() < (this.#notBefore.get(user.id) ?? 0)) return true

    const underWay = this.#underWay.get(user.id) ?? this.#recheck(user).finally(() => this.#underWay.delete(user.id))
    this.#underWay.set(user.id, underWay)
    return underWay
  }

  async #recheck(user: User): Promise<boolean> {
    const { directory, users, onDoubt, now } = this.#deps
    try {
      if ((await directory.standingOf(user.unionId)) !== 'employee') return false
      await users.markMembershipChecked(user.id, new Date(now()))
      this.#notBefore.delete(user.id)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      onDoubt(user.id, error)
      this.#postpone(user.id)
    }
    return true
  }

  /** In the order of time, so that what is over can be dropped from the front. */
  #postpone(userId: string): void {
    const now = this.#deps.now()
    this.#notBefore.delete(userId)
    for (const [id, time] of this.#notBefore) {
      if (time > now) break
      this.#notBefore.delete(id)
    }
    this.#notBefore.set(userId, now + MINUTE)
  }
}
