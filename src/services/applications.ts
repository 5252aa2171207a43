import { OperatorError } from '../errors.js'
import { DAY } from '../time.js'
import type { Application, ApplicationRows, ApplicationSettings } from './application.js'
import {
  type ApplicationPlan,
  addition,
  alteration,
  differences,
  planApplications,
  type WantedApplication,
} from './application-plan.js'
import { type ApplicationFault, judgeApplication, urisOf } from './application-rules.js'
import { hashSecret, makeSecret } from './application-secret.js'
import type { Audit } from './audit.js'

/** How long a secret that was replaced still counts. */
export const OLD_SECRET_FOR_MS = DAY

interface Options {
  rows: ApplicationRows
  audit: Audit
  now?: () => number
}

/** What was done; `secret` is a new one, which is known here and now alone. */
interface Done {
  application: Application
  secret: string | undefined
  warnings: ApplicationFault[]
}

/** What an operator does to applications, straight on the database: running servers see it with the next request. */
export class Applications {
  readonly #rows: ApplicationRows
  readonly #audit: Audit
  readonly #now: () => number

  constructor({ rows, audit, now = Date.now }: Options) {
    this.#rows = rows
    this.#audit = audit
    this.#now = now
  }

  list(): Promise<Application[]> {
    return this.#rows.list()
  }

  /** @throws {OperatorError} */
  async find(id: string): Promise<Application> {
    const application = await this.#rows.find(id)
    if (!application) throw new OperatorError(`There is no application ${id}.`)
    return application
  }

  /** @throws {OperatorError} where it is there already, or with all that is wrong */
  async add(id: string, settings: ApplicationSettings, http: { allowHttp: boolean }): Promise<Done> {
    const warnings = judged(id, settings, http)
    const { application, secret } = addition(id, settings, new Date(this.#now()))
    if (!(await this.#rows.take([{ step: 'add', application }])))
      throw new OperatorError(`There is an application ${id} already.`)
    this.#audit.applicationAdded(id)
    return { application, secret, warnings }
  }

  /**
   * Changes what is given, and leaves the rest.
   * @throws {OperatorError}
   */
  async change(id: string, given: Partial<ApplicationSettings>, http: { allowHttp: boolean }): Promise<Done> {
    const before = await this.find(id)
    const settings: ApplicationSettings = { ...settingsOf(before), ...given }
    const known = urisOf(before).map(({ uri }) => uri)
    const warnings = judged(id, settings, { ...http, known })
    const { fields, secret } = alteration(before, settings)
    if (Object.keys(fields).length > 0) {
      if (!(await this.#rows.take([{ step: 'change', id, fields }]))) throw isGone(id)
      this.#audit.applicationChanged(id, Object.keys(differences(before, settings)))
    }
    return { application: { ...before, ...fields }, secret, warnings }
  }

  /**
   * Makes a new secret; the old one counts for a day more, or with `endOld` no longer.
   * @throws {OperatorError}
   */
  async rotateSecret(id: string, { endOld }: { endOld: boolean }): Promise<Done & { secret: string }> {
    const before = await this.find(id)
    if (before.kind !== 'confidential') throw new OperatorError(`${id} is ${before.kind}: it has no secret.`)
    const secret = makeSecret()
    const fields = {
      secretHash: hashSecret(secret),
      previousSecretHash: endOld ? null : before.secretHash,
      previousSecretUntil: endOld ? null : new Date(this.#now() + OLD_SECRET_FOR_MS),
    }
    if (!(await this.#rows.take([{ step: 'change', id, fields }]))) throw isGone(id)
    this.#audit.applicationSecretRotated(id, { endOld })
    return { application: { ...before, ...fields }, secret, warnings: [] }
  }

  /** @throws {OperatorError} where it is not there */
  async remove(id: string): Promise<void> {
    if (!(await this.#rows.take([{ step: 'remove', id }]))) throw new OperatorError(`There is no application ${id}.`)
    this.#audit.applicationRemoved(id)
  }

  /**
   * What would make the applications those of a file.
   * @throws {OperatorError} with all that is wrong
   */
  async plan(wanted: WantedApplication[], { prune }: { prune: boolean }): Promise<ApplicationPlan> {
    const plan = planApplications(await this.#rows.list(), wanted, { prune, now: new Date(this.#now()) })
    if (plan.faults.length > 0) throw refused(plan.faults)
    return plan
  }

  /**
   * Does all of the plan, or nothing.
   * @throws {OperatorError} where the applications are others meanwhile
   */
  async carryOut(plan: ApplicationPlan): Promise<void> {
    if (!(await this.#rows.take(plan.steps)))
      throw new OperatorError('Somebody else has changed the applications meanwhile: nothing was changed here.')
    for (const id of plan.added) this.#audit.applicationAdded(id)
    for (const { id, fields } of plan.changed) this.#audit.applicationChanged(id, fields)
    for (const id of plan.removed) this.#audit.applicationRemoved(id)
  }
}

/** The part of an application that an operator decides. */
export function settingsOf(application: Application): ApplicationSettings {
  const { id, secretHash, previousSecretHash, previousSecretUntil, createdAt, ...settings } = application
  return settings
}

/** The error for what is wrong, all at once. */
export function refused(faults: ApplicationFault[]): OperatorError {
  const lines = faults.map(({ path, problem }) => `  ${path}: ${problem}`)
  return new OperatorError(['Nothing was changed:', ...lines].join('\n'))
}

function isGone(id: string): OperatorError {
  return new OperatorError(`Somebody else has removed ${id} meanwhile.`)
}

/** The warnings. @throws {OperatorError} */
function judged(id: string, settings: ApplicationSettings, http: { allowHttp: boolean; known?: string[] }) {
  const { faults, warnings } = judgeApplication(id, settings, http)
  if (faults.length > 0) throw refused(faults)
  return warnings
}
