import { MINUTE } from '../time.js'
import type { AccessRulesCache } from './access-rules.js'
import type { DirectoryProfile } from './directory.js'
import type { GroupIndex, GroupPerson } from './group-index.js'
import type { LiveSession, User } from './ports.js'

/** What applications and proxies may learn of somebody who is signed in. */
export interface KnownPerson {
  user: User
  /** The names of the groups that they are in; undefined where the directory is not read. */
  groups: readonly string[] | undefined
  email: { address: string; isVerified: boolean } | undefined
  /** What the directory says of them. */
  profile: DirectoryProfile | undefined
}

/** The groups that somebody of this name in the directory is in. */
interface GroupsOf {
  userid: string | null
  names: readonly string[]
}

interface Options {
  rules: Pick<AccessRulesCache, 'current'>
  /** Whether the directory is read: with `DINGTALK_PROFILE=none`, what was known before does not count. */
  hasProfiles: boolean
  recheckMs: number
  emailDomain: string | undefined
  now: () => number
}

/** Puts together what is known of the people who are signed in. */
export class KnownPeople {
  readonly #options: Options
  /** What follows from these rules is worked out once for each profile, of which the sessions' rows give the same object. */
  #index: GroupIndex | undefined
  #groups = new WeakMap<DirectoryProfile, GroupsOf>()

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws {AppError} `service_unavailable` */
  async of(live: LiveSession): Promise<KnownPerson> {
    const { user } = live
    const { hasProfiles, emailDomain, rules } = this.#options
    const madeUp = emailDomain && { address: `${user.handle}@${emailDomain}`, isVerified: false }
    if (!hasProfiles) return { user, groups: undefined, email: madeUp || undefined, profile: undefined }
    const { groups, isEmailDomainTaken } = await rules.current()
    const { profile } = user
    const orgEmail = profile?.orgEmail && { address: profile.orgEmail, isVerified: true }
    return {
      user,
      groups: profile && this.#isFresh(live) ? this.#groupsOf(groups, { userid: user.userid, profile }) : [],
      email: orgEmail || (isEmailDomainTaken ? undefined : madeUp) || undefined,
      profile: profile ?? undefined,
    }
  }

  #groupsOf(index: GroupIndex, person: GroupPerson): readonly string[] {
    if (index !== this.#index) {
      this.#index = index
      this.#groups = new WeakMap()
    }
    const known = this.#groups.get(person.profile)
    // Two people may have the same profile; their names in the directory differ.
    if (known && known.userid === person.userid) return known.names
    const names = index.namesFor(person)
    this.#groups.set(person.profile, { userid: person.userid, names })
    return names
  }

  /**
   * Whether the groups count that follow from what the directory said: those of a session are not older at its begin
   * than a recheck would let them be. Later on, what was last known counts.
   */
  #isFresh({ info, user }: LiveSession): boolean {
    const { recheckMs, now } = this.#options
    const readAt = user.profileReadAt?.getTime() ?? Number.NEGATIVE_INFINITY
    // A login takes a moment between the directory's word and its session. What was read in the future, before the clock
    // was put back, is of any age.
    return readAt >= info.createdAt.getTime() - Math.max(recheckMs, MINUTE) && readAt <= now() + MINUTE
  }
}
