import { OperatorError } from '../errors.js'
import { DAY } from '../time.js'
import { type Access, type AccessRows, readAsSeen, type Seen, takeAlone } from './access.js'
import type { Application, ApplicationSettings } from './application.js'
import { addition, alteration, changesBetween, settingsOf } from './application-plan.js'
import { judgeApplication, urisOf } from './application-rules.js'
import { hashSecret, makeSecret } from './application-secret.js'
import type { Audit } from './audit.js'
import { type Fault, refused } from './faults.js'

export { settingsOf } from './application-plan.js'

/** How long a secret that was replaced still counts. */
export const OLD_SECRET_FOR_MS = DAY

interface Options {
  rows: AccessRows
  audit: Audit
  now?: () => number
}

/** `allowHttp`: http is taken on other machines than this one, too. */
type Judging = Seen & { allowHttp: boolean }

/** What was done; `secret` is a new one, which is known here and now alone. */
interface Done {
  application: Application
  secret: string | undefined
  warnings: Fault[]
}

/** What an operator does to applications, straight on the database: running servers see it with the next request. */
export class Applications {
  readonly #rows: AccessRows
  readonly #audit: Audit
  readonly #now: () => number

  constructor({ rows, audit, now = Date.now }: Options) {
    this.#rows = rows
    this.#audit = audit
    this.#now = now
  }

  async list(): Promise<Application[]> {
    return (await this.#rows.read()).applications
  }

  /** @throws {OperatorError} */
  async find(id: string): Promise<Application> {
    return applicationOf(id, await this.#rows.read())
  }

  /** @throws {OperatorError} where it is there already, or with all that is wrong */
  async add(id: string, settings: ApplicationSettings, { allowHttp, ...seen }: Judging): Promise<Done> {
    const access = await readAsSeen(this.#rows, seen)
    const warnings = judged(id, settings, { allowHttp, groups: namesOf(access) })
    if (access.applications.some((one) => one.id === id))
      throw new OperatorError(`There is an application ${id} already.`)
    const { application, secret } = addition(id, settings, new Date(this.#now()))
    await takeAlone(this.#rows, { steps: [{ step: 'add', application }], revision: access.revision })
    this.#audit.applicationAdded(id, settingsOf(application))
    return { application, secret, warnings }
  }

  /**
   * Changes what is given, and leaves the rest.
   * @throws {OperatorError}
   */
  async change(id: string, given: Partial<ApplicationSettings>, { allowHttp, ...seen }: Judging): Promise<Done> {
    const access = await readAsSeen(this.#rows, seen)
    const before = applicationOf(id, access)
    const settings: ApplicationSettings = { ...settingsOf(before), ...given }
    const known = urisOf(before).map(({ uri }) => uri)
    const warnings = judged(id, settings, { allowHttp, known, groups: namesOf(access) })
    const { fields, secret } = alteration(before, settings)
    if (Object.keys(fields).length > 0) {
      await takeAlone(this.#rows, { steps: [{ step: 'change', id, fields }], revision: access.revision })
      this.#audit.applicationChanged(id, changesBetween(before, settings))
    }
    return { application: { ...before, ...fields }, secret, warnings }
  }

  /**
   * Makes a new secret; the old one counts for a day more, or with `endOld` no longer.
   * @throws {OperatorError}
   */
  async rotateSecret(id: string, { endOld, ...seen }: Seen & { endOld: boolean }): Promise<Done & { secret: string }> {
    const access = await readAsSeen(this.#rows, seen)
    const before = applicationOf(id, access)
    if (before.kind !== 'confidential') throw new OperatorError(`${id} is ${before.kind}: it has no secret.`)
    const secret = makeSecret()
    const fields = {
      secretHash: hashSecret(secret),
      previousSecretHash: endOld ? null : before.secretHash,
      previousSecretUntil: endOld ? null : new Date(this.#now() + OLD_SECRET_FOR_MS),
    }
    await takeAlone(this.#rows, { steps: [{ step: 'change', id, fields }], revision: access.revision })
    this.#audit.applicationSecretRotated(id, { endOld })
    return { application: { ...before, ...fields }, secret, warnings: [] }
  }

  /** @throws {OperatorError} where it is not there */
  async remove(id: string, seen: Seen = {}): Promise<void> {
    const access = await readAsSeen(this.#rows, seen)
    const before = applicationOf(id, access)
    await takeAlone(this.#rows, { steps: [{ step: 'remove', id }], revision: access.revision })
    this.#audit.applicationRemoved(id, settingsOf(before))
  }
}

/** @throws {OperatorError} */
function applicationOf(id: string, { applications }: Access): Application {
  const application = applications.find((one) => one.id === id)
  if (!application) throw new OperatorError(`There is no application ${id}.`)
  return application
}

function namesOf({ groups }: Access): ReadonlySet<string> {
  return new Set(groups.map(({ name }) => name))
}

/** The warnings. @throws {OperatorError} */
function judged(id: string, settings: ApplicationSettings, circumstances: Parameters<typeof judgeApplication>[2]) {
  const { faults, warnings } = judgeApplication(id, settings, circumstances)
  if (faults.length > 0) throw refused(faults)
  return warnings
}
