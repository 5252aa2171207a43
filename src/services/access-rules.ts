import { SingleFlight } from '../single-flight.js'
import { SECOND } from '../time.js'
import type { Application, ApplicationRows } from './application.js'
import type { ProfileRows } from './directory.js'
import type { GroupRows } from './group.js'
import { GroupIndex } from './group-index.js'

/** Older rules are looked at again, while those that ask go on with what they have. */
const FRESH_MS = 10 * SECOND
/** Older rules count no more: a change holds within a minute, the time that it takes to read them included. */
const STALE_MS = 50 * SECOND

/** Who may enter what, as the operator wanted it at one moment. */
export interface AccessRules {
  /** By their ids. */
  applications: ReadonlyMap<string, Application>
  groups: GroupIndex
  /** Whether EMAIL_DOMAIN turned out to be a domain of real mailboxes: nobody may be given an address of it. */
  isEmailDomainTaken: boolean
}

interface Options {
  applications: Pick<ApplicationRows, 'list'>
  groups: GroupRows
  workEmails: Pick<ProfileRows, 'hasWorkEmailOf'>
  emailDomain: string | undefined
  now: () => number
}

/**
 * Keeps the rules in memory, so that a request need not ask for them: what an operator changes holds in every process
 * within a minute. Read when somebody first needs them; later one number says whether they are others.
 */
export class AccessRulesCache {
  readonly #options: Options
  readonly #reading = new SingleFlight<'rules', AccessRules>()
  #held: { rules: AccessRules; revision: number; readAt: number } | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws {AppError} `service_unavailable` where they are too old and cannot be read */
  async current(): Promise<AccessRules> {
    const ageMs = this.#ageMs()
    if (!this.#held || ageMs > STALE_MS) return this.#read()
    if (ageMs > FRESH_MS)
      this.#read().catch(() => {
        // Whoever asks once they are too old is told.
      })
    return this.#held.rules
  }

  /**
   * The application of this id; one that is not known is looked for once more, as it may have been added a moment ago.
   * @throws {AppError} `service_unavailable`
   */
  async application(id: string): Promise<Application | undefined> {
    const known = (await this.current()).applications.get(id)
    if (known || this.#ageMs() < SECOND) return known
    return (await this.#read()).applications.get(id)
  }

  /** Of what was read in the future, before the clock was put back, nobody knows the age. */
  #ageMs(): number {
    const ageMs = this.#options.now() - (this.#held?.readAt ?? 0)
    return ageMs < 0 ? Number.POSITIVE_INFINITY : ageMs
  }

  #read(): Promise<AccessRules> {
    return this.#reading.run('rules', async () => {
      const { groups, now, workEmails, emailDomain } = this.#options
      const readAt = now()
      const held = this.#held
      // Before the rest: a change meanwhile is seen the next time.
      const revision = await groups.revision()
      const isEmailDomainTaken = emailDomain !== undefined && (await workEmails.hasWorkEmailOf(emailDomain))
      const isSame = held?.revision === revision && held.rules.isEmailDomainTaken === isEmailDomainTaken
      const rules = isSame ? held.rules : { ...(await this.#readLists()), isEmailDomainTaken }
      this.#held = { rules, revision, readAt }
      return rules
    })
  }

  async #readLists() {
    const applications = await this.#options.applications.list()
    return {
      applications: new Map(applications.map((application) => [application.id, application])),
      groups: new GroupIndex(await this.#options.groups.list()),
    }
  }
}
