import { SingleFlight } from '../single-flight.js'
import { SECOND } from '../time.js'
import type { AccessRows } from './access.js'
import type { Application } from './application.js'
import type { ProfileRows } from './directory.js'
import { GroupIndex } from './group-index.js'
import { PermissionIndex } from './permission.js'

/** Older rules are looked at again, while those that ask go on with what they have. */
const FRESH_MS = 10 * SECOND
/** Older rules count no more: a change holds within a minute, the time that it takes to read them included. */
const STALE_MS = 50 * SECOND

/** Who may enter what, as the operator wanted it at one moment. */
export interface AccessRules {
  /** By their ids. */
  applications: ReadonlyMap<string, Application>
  permissions: PermissionIndex
  groups: GroupIndex
  /** Whether EMAIL_DOMAIN turned out to be a domain of real mailboxes: nobody may be given an address of it. */
  isEmailDomainTaken: boolean
}

interface Held extends AccessRules {
  revision: number
  /** Milliseconds since 1970. */
  readAt: number
}

interface Options {
  rows: Pick<AccessRows, 'revision' | 'read'>
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
  #held: Held | undefined

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
    return this.#held
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
      const { rows, now, workEmails, emailDomain } = this.#options
      const readAt = now()
      const isEmailDomainTaken = emailDomain !== undefined && (await workEmails.hasWorkEmailOf(emailDomain))
      const rules = await this.#rulesOf(await rows.revision())
      this.#held = { ...rules, isEmailDomainTaken, readAt }
      return this.#held
    })
  }

  /** Those that are held where they are of this revision. */
  async #rulesOf(wanted: number): Promise<Omit<Held, 'isEmailDomainTaken' | 'readAt'>> {
    if (this.#held?.revision === wanted) return this.#held
    const { applications, groups, revision } = await this.#options.rows.read()
    const byId = new Map(applications.map((application) => [application.id, application]))
    const permissions = new PermissionIndex(applications)
    return { applications: byId, permissions, groups: new GroupIndex(groups), revision }
  }
}
