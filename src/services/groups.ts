import { OperatorError } from '../errors.js'
import { type Access, type AccessRows, readAsSeen, type Seen, takeAlone } from './access.js'
import type { Audit } from './audit.js'
import { type Fault, refused } from './faults.js'
import { changedRules, differingRules, type Group, type GroupRules, type NamedRules, rulesOf } from './group.js'
import { circlesAmong, judgeGroup, usersOf } from './group-rules.js'

interface Options {
  rows: AccessRows
  audit: Audit
  now?: () => number
}

/** A group with what would be without it, such as `application grafana`. */
export type UsedGroup = Group & { usedBy: string[] }

/** What an operator does to groups, straight on the database: running servers see it within a minute. */
export class Groups {
  readonly #rows: AccessRows
  readonly #audit: Audit
  readonly #now: () => number

  constructor({ rows, audit, now = Date.now }: Options) {
    this.#rows = rows
    this.#audit = audit
    this.#now = now
  }

  /** By their names. */
  async list(): Promise<UsedGroup[]> {
    const access = await this.#rows.read()
    return access.groups.map((group) => withUsers(group, access))
  }

  /** @throws {OperatorError} */
  async find(name: string): Promise<UsedGroup> {
    const access = await this.#rows.read()
    return withUsers(groupOf(name, access), access)
  }

  /** @throws {OperatorError} where it is there already, or with all that is wrong */
  async add(name: string, rules: GroupRules, seen: Seen = {}): Promise<UsedGroup> {
    const access = await readAsSeen(this.#rows, seen)
    if (access.groups.some((group) => group.name === name)) throw new OperatorError(`There is a group ${name} already.`)
    const group: Group = { name, ...rulesOf(rules), createdAt: new Date(this.#now()) }
    judge(group, access)
    await takeAlone(this.#rows, { steps: [{ step: 'add_group', group }], revision: access.revision })
    this.#audit.groupAdded(name, rulesOf(group))
    return { ...group, usedBy: [] }
  }

  /**
   * Changes what is given, and leaves the rest.
   * @throws {OperatorError}
   */
  async change(name: string, given: Partial<GroupRules>, seen: Seen = {}): Promise<UsedGroup> {
    const access = await readAsSeen(this.#rows, seen)
    const before = groupOf(name, access)
    const group = { ...before, ...given }
    judge(group, access)
    const fields = differingRules(before, group)
    if (fields.length > 0) {
      const steps = [{ step: 'change_group' as const, name, rules: rulesOf(group) }]
      await takeAlone(this.#rows, { steps, revision: access.revision })
      this.#audit.groupChanged(name, changedRules(before, group))
    }
    return withUsers(group, access)
  }

  /** @throws {OperatorError} where it is not there, or in use */
  async remove(name: string, seen: Seen = {}): Promise<void> {
    const access = await readAsSeen(this.#rows, seen)
    const before = groupOf(name, access)
    const users = usersOf(name, access)
    if (users.length > 0) throw refused([{ path: name, problem: `is in use, by ${users.join(', ')}` }])
    await takeAlone(this.#rows, { steps: [{ step: 'remove_group', name }], revision: access.revision })
    this.#audit.groupRemoved(name, rulesOf(before))
  }
}

function withUsers(group: Group, access: Access): UsedGroup {
  return { ...group, usedBy: usersOf(group.name, access) }
}

/** @throws {OperatorError} */
function groupOf(name: string, { groups }: Access): Group {
  const group = groups.find((one) => one.name === name)
  if (!group) throw new OperatorError(`There is no group ${name}.`)
  return group
}

/** By what there is to be: the other groups, and this one. @throws {OperatorError} */
function judge(group: NamedRules, access: Access): void {
  const faults = faultsOf(group, access)
  if (faults.length > 0) throw refused(faults.map(({ path, problem }) => ({ path: path || group.name, problem })))
}

/** What is wrong with a group beside the others that there are; a fault without a path is one of the group as a whole. */
export function faultsOf(group: NamedRules, { groups }: Pick<Access, 'groups'>): Fault[] {
  const all = [group, ...groups.filter(({ name }) => name !== group.name)]
  const circles = circlesAmong(all).filter(({ circle }) => circle.includes(group.name))
  return [...judgeGroup(group, new Set(all.map(({ name }) => name))), ...circles]
}
