import { type Access, type AccessRows, takeAlone } from './access.js'
import { noteSteps } from './access-notes.js'
import { type ApplicationPlan, planApplications, type WantedApplication } from './application-plan.js'
import type { Audit } from './audit.js'
import { type Fault, refused } from './faults.js'
import type { NamedRules } from './group.js'
import { type GroupPlan, planGroups } from './group-plan.js'

/** What a file wants. What it has no section for stays as it is. */
export interface WantedAccess {
  applications: WantedApplication[] | undefined
  groups: NamedRules[] | undefined
}

/** What makes the applications and groups that there are those that are wanted. */
export interface AccessPlan {
  applications: ApplicationPlan
  groups: GroupPlan
  /** What it was made by. */
  access: Access
}

interface Options {
  rows: AccessRows
  audit: Audit
  now?: () => number
}

/** Makes applications and groups those of a file, all at once or not at all. */
export class AccessPlans {
  readonly #rows: AccessRows
  readonly #audit: Audit
  readonly #now: () => number

  constructor({ rows, audit, now = Date.now }: Options) {
    this.#rows = rows
    this.#audit = audit
    this.#now = now
  }

  read(): Promise<Access> {
    return this.#rows.read()
  }

  /** @throws {OperatorError} with all that is wrong */
  async make(wanted: WantedAccess, { prune }: { prune: boolean }): Promise<AccessPlan> {
    const access = await this.#rows.read()
    const { faults, ...plan } = planAccess(access, wanted, { prune, now: new Date(this.#now()) })
    if (faults.length > 0) throw refused(faults)
    return plan
  }

  /**
   * Does all of the plan, or nothing.
   * @throws {OperatorError} where anything has been changed since it was made
   */
  async carryOut({ applications, groups, access }: AccessPlan): Promise<void> {
    const steps = [...groups.steps, ...applications.steps]
    if (steps.length === 0) return
    await takeAlone(this.#rows, { steps, revision: access.revision })
    noteSteps(this.#audit, steps, access)
  }
}

/** What has to be done; with `prune`, what a section of the file does not have goes. Nothing where there are faults. */
export function planAccess(
  access: Access,
  wanted: WantedAccess,
  { prune, now }: { prune: boolean; now: Date },
): AccessPlan & { faults: Fault[] } {
  const groups = planGroups(access.groups, wanted.groups ?? [], { prune: prune && wanted.groups !== undefined, now })
  const applications = planApplications(access.applications, wanted.applications ?? [], {
    prune: prune && wanted.applications !== undefined,
    groups: groups.names,
    now,
  })
  const faults = [...groups.faults, ...applications.faults, ...stillUsed(access, { groups, applications, wanted })]
  return { applications, groups, access, faults }
}

/** A group must not go while an application that stays as it is names it. */
function stillUsed(
  { applications: existing }: Access,
  { groups, applications, wanted }: Pick<AccessPlan, 'groups' | 'applications'> & { wanted: WantedAccess },
): Fault[] {
  const touched = new Set([...(wanted.applications ?? []).map(({ id }) => id), ...applications.removed])
  const staying = existing.filter(({ id }) => !touched.has(id))
  return groups.removed.flatMap((name) => {
    const users = staying.filter(({ access }) => access !== 'everyone' && access.includes(name))
    const list = users.map(({ id }) => id).join(', ')
    return users.length === 0 ? [] : [{ path: `groups.${name}`, problem: `would go, and is in use, by ${list}` }]
  })
}
