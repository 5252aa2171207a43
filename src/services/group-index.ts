import type { DirectoryProfile } from './directory.js'
import type { NamedRules } from './group.js'

/** What of a person decides in which groups they are. */
export interface GroupPerson {
  /** The directory's name for them. */
  userid: string | null
  profile: DirectoryProfile
}

/**
 * Works out in which groups somebody is. Made once of all groups, so that a person costs as much as what the directory
 * says of them, however many groups there are.
 */
export class GroupIndex {
  /** What can be true of a person, such as `role 2001`, and the groups for which it is a reason. */
  readonly #groupsBy = new Map<string, string[]>()

  constructor(groups: readonly NamedRules[]) {
    for (const group of groups) for (const fact of factsWantedBy(group)) this.#note(fact, group.name)
  }

  /** The names of the groups that this person is in, by their characters. */
  namesFor(person: GroupPerson): string[] {
    return [...this.reasonsFor(person).keys()].sort()
  }

  /** The groups that this person is in, each with one fact that is a reason for it, such as `below department 1001`. */
  reasonsFor(person: GroupPerson): Map<string, string> {
    const reasons = new Map<string, string>()
    const facts = factsOf(person)
    // Of a group that somebody is in, others are: which ends, as each group is looked at once.
    for (const fact of facts) {
      for (const name of this.#groupsBy.get(fact) ?? []) {
        if (reasons.has(name)) continue
        reasons.set(name, fact)
        facts.push(inGroup(name))
      }
    }
    return reasons
  }

  #note(fact: string, name: string): void {
    const names = this.#groupsBy.get(fact)
    if (names) names.push(name)
    else this.#groupsBy.set(fact, [name])
  }
}

const inDepartment = (id: number) => `department ${id}`
const belowDepartment = (id: number) => `below department ${id}`
const hasRole = (id: number) => `role ${id}`
const isUserid = (userid: string) => `userid ${userid}`
const inGroup = (name: string) => `group ${name}`

function factsWantedBy({ departments, roles, userids, groups }: NamedRules): Set<string> {
  return new Set([
    ...departments.flatMap(({ id, below }) => (below ? [inDepartment(id), belowDepartment(id)] : [inDepartment(id)])),
    ...roles.map(hasRole),
    ...userids.map(isUserid),
    ...groups.map(inGroup),
  ])
}

function factsOf({ userid, profile }: GroupPerson): string[] {
  return [
    ...profile.departments.map(({ id }) => inDepartment(id)),
    ...profile.departments.flatMap(({ above }) => above.map(belowDepartment)),
    ...profile.roles.map(({ id }) => hasRole(id)),
    ...(userid === null ? [] : [isUserid(userid)]),
  ]
}
