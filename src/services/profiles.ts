import type { Audit } from './audit.js'
import type { Directory, ProfileReading, ProfileRows } from './directory.js'

interface Options {
  directory: Pick<Directory, 'profileOf'>
  rows: ProfileRows
  audit: Audit
  /** Whose addresses are made up: no mailbox may be there. */
  emailDomain: string | undefined
  now?: () => number
}

/** What the directory says of the people who are here: read where their membership is, and kept with them. */
export class Profiles {
  readonly #options: Required<Options>
  #hasWarned = false

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** Undefined where the directory does not say clearly: then what was known before is left as it is. */
  async read(userid: string, userId: string | undefined): Promise<ProfileReading | undefined> {
    const { directory, audit, now } = this.#options
    const readAt = new Date(now())
    try {
      return { profile: await directory.profileOf(userid), readAt }
    } catch (error) {
      audit.profileUnread({ userId, userid }, error)
      return undefined
    }
  }

  /**
   * Keeps it with the user. A work e-mail that has been somebody else's is not theirs: applications may know an account
   * by it.
   */
  async keep(userId: string, { profile, readAt }: ProfileReading): Promise<void> {
    const { rows, audit } = this.#options
    const { orgEmail } = profile
    const isTheirs = orgEmail === null || (await rows.claimWorkEmail(orgEmail, userId))
    if (!isTheirs) audit.workEmailOfAnother(userId)
    if (orgEmail !== null) this.#warnOfDomain(orgEmail)
    await rows.save(userId, isTheirs ? profile : { ...profile, orgEmail: null }, readAt)
  }

  #warnOfDomain(orgEmail: string): void {
    const { audit, emailDomain } = this.#options
    if (this.#hasWarned || emailDomain === undefined || !orgEmail.endsWith(`@${emailDomain}`)) return
    this.#hasWarned = true
    audit.emailDomainTaken()
  }
}
