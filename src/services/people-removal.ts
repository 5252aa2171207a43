import type { Administrators, Right } from './administrators.js'
import type { Audit } from './audit.js'
import { RefusedChange } from './faults.js'
import { formerHash } from './former-names.js'
import type { Groups } from './groups.js'
import type { PeopleAdmin } from './people-admin.js'
import type { KnownUser, SessionInfo } from './ports.js'

/** What there is of a person beside their own row and their sessions. */
interface Belongings {
  workEmails: string[]
  /** How many records of the audit trail name them. */
  records: number
  /** How many codes, tokens and grants applications hold by their sessions. */
  grants: number
}

/** The rows of a person who is to be deleted. */
export interface RemovalRows {
  belongingsOf(userId: string): Promise<Belongings>
  /** Makes these nobody's for ever. */
  keepFormer(hashes: string[]): Promise<void>
  /** Removes the person with all that lives of them, and what they were promised. */
  remove(user: KnownUser): Promise<void>
  /** Takes addresses, devices and details out of their records; returns of how many. */
  emptyTrail(userId: string): Promise<number>
  /** Returns whether there was such a hash. */
  forgetFormer(hash: string): Promise<boolean>
}

interface Options {
  people: PeopleAdmin
  rows: RemovalRows
  groups: Pick<Groups, 'list' | 'change'>
  administrators: Pick<Administrators, 'rightOf'>
  audit: Audit
}

/** All that is kept of a person, as an operator is told before it goes. */
export interface Kept extends Belongings {
  user: KnownUser
  sessions: SessionInfo[]
  right: Right | undefined
  /** The groups whose rules name them. */
  groups: string[]
}

export interface Removed {
  user: KnownUser
  sessionsEnded: number
  /** Groups that they were taken out of. */
  groups: string[]
  /** Groups that name nobody but them, and are left as they are: a group needs a rule. */
  groupsLeft: string[]
  recordsEmptied: number
  /** They were disabled, and cannot come again. */
  isKeptOut: boolean
}

/**
 * Takes a person out of the database. What stays are hashes of their usernames, handles and mailboxes, which are never
 * given to anybody else, and the records of the trail, which name them by an id that says nothing any more.
 */
export class PeopleRemoval {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws {OperatorError} where nobody, or several people, are called so */
  async look(name: string): Promise<Kept> {
    const { people, rows, administrators } = this.#options
    const { user, sessions } = await people.show(name)
    const groups = (await this.#groupsNaming(user)).map((group) => group.name)
    const right = await administrators.rightOf(user)
    return { user, sessions, right, groups, ...(await rows.belongingsOf(user.id)) }
  }

  /**
   * A removal that is broken off can be run again until the person is gone, which is its last step.
   * @throws {OperatorError}
   */
  async delete(name: string, { withTrail = false } = {}): Promise<Removed> {
    const { people, rows, audit } = this.#options
    const { user, workEmails } = await this.look(name)
    const isKeptOut = user.disabledAt !== null
    // First: from then on no login is given what was theirs, even while they are still there.
    await rows.keepFormer(hashesOf(user, workEmails))
    const left = await this.#leaveGroups(user)
    const { sessionsEnded } = await people.endSessions(user.id)
    const recordsEmptied = withTrail ? await rows.emptyTrail(user.id) : 0
    await rows.remove(user)
    audit.accountDeleted(user.id, { keptOut: isKeptOut, withTrail })
    return { user, sessionsEnded, ...left, recordsEmptied, isKeptOut }
  }

  /** Lets somebody come again, as somebody new, who was deleted while they were disabled; returns whether there was one. */
  async letReturn(unionId: string): Promise<boolean> {
    const { rows, audit } = this.#options
    const wasKeptOut = await rows.forgetFormer(formerHash('unionId', unionId))
    if (wasKeptOut) audit.accountEnabled(undefined)
    return wasKeptOut
  }

  async #groupsNaming({ userid }: KnownUser) {
    return userid === null ? [] : (await this.#options.groups.list()).filter((group) => group.userids.includes(userid))
  }

  async #leaveGroups(user: KnownUser): Promise<Pick<Removed, 'groups' | 'groupsLeft'>> {
    const [groups, groupsLeft]: [string[], string[]] = [[], []]
    for (const { name, userids } of await this.#groupsNaming(user)) {
      try {
        await this.#options.groups.change(name, { userids: userids.filter((userid) => userid !== user.userid) })
        groups.push(name)
      } catch (error) {
        if (!(error instanceof RefusedChange)) throw error
        groupsLeft.push(name)
      }
    }
    return { groups, groupsLeft }
  }
}

function hashesOf({ username, handle, unionId, disabledAt }: KnownUser, workEmails: string[]): string[] {
  return [
    ...[username, ...(handle === null ? [] : [handle])].map((name) => formerHash('name', name)),
    ...workEmails.map((address) => formerHash('email', address)),
    ...(disabledAt ? [formerHash('unionId', unionId)] : []),
  ]
}
