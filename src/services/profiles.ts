import { OperatorError } from '../errors.js'
import type { Audit } from './audit.js'
import type { Directory, DirectoryProfile, ProfileReading, ProfileRows } from './directory.js'
import type { DirectoryNames } from './directory-names.js'

interface Options {
  directory: Pick<Directory, 'profileOf'>
  rows: ProfileRows
  names: DirectoryNames
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
   * by it. One of EMAIL_DOMAIN could have been made up for somebody else, and is nobody's. Returns what was kept.
   */
  async keep(userId: string, reading: ProfileReading): Promise<DirectoryProfile> {
    const { rows, names } = this.#options
    const orgEmail = await this.#ownAddress(userId, reading.profile.orgEmail)
    const profile = { ...reading.profile, orgEmail }
    await rows.save(userId, profile, reading.readAt)
    await names.note(reading)
    return profile
  }

  async #ownAddress(userId: string, orgEmail: string | null): Promise<string | null> {
    const { rows, audit, emailDomain } = this.#options
    if (orgEmail === null) return null
    const isTheirs = await rows.claimWorkEmail(orgEmail, userId)
    if (!isTheirs) audit.workEmailOfAnother(userId)
    const isMadeUp = emailDomain !== undefined && orgEmail.endsWith(`@${emailDomain}`)
    if (isMadeUp) this.#warnOfDomain()
    return isTheirs && !isMadeUp ? orgEmail : null
  }

  #warnOfDomain(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#options.audit.emailDomainTaken()
  }
}

/**
 * An address that is made up must not be a mailbox of somebody.
 * @throws {OperatorError} for the start of a server
 */
export async function refuseEmailDomain(rows: Pick<ProfileRows, 'hasWorkEmailOf'>, domain: string): Promise<void> {
  if (!(await rows.hasWorkEmailOf(domain))) return
  throw new OperatorError(
    `EMAIL_DOMAIN: people have work e-mails of ${domain}, and an address that is made up could be somebody's: take a domain of your own that receives no mail, such as noreply.${domain}.`,
  )
}
