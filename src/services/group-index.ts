import type { DirectoryProfile } from './directory.js'
import type { NamedRules } from './group.js'

/** What of a person decides in which groups they are. */
export interface GroupPerson {
  /** The directory's name for them. */
  userid: string | null
  profile: DirectoryProfile
}

/** What can be true of a person, for which they are in a group: such as below the department 1001, or in the group ops. */
export interface Reason {
  kind: 'department' | 'below department' | 'role' | 'userid' | 'group'
  id: number | string
}

/**
 * Works out in which groups somebody is. Made once of all groups, so that a person costs as much as what the directory
 * says of them, however many groups there are.
 */
export class GroupIndex {
  /** The groups that name a department, a role and so on. */
  readonly #groups = {
    department: new Map<Reason['id'], string[]>(),
    'below department': new Map<Reason['id'], string[]>(),
    role: new Map<Reason['id'], string[]>(),
    userid: new Map<Reason['id'], string[]>(),
    group: new Map<Reason['id'], string[]>(),
  }

  constructor(groups: readonly NamedRules[]) {
    for (const { name, departments, roles, userids, groups: others } of groups) {
      for (const { id, below } of departments) {
        this.#add('department', id, name)
        if (below) this.#add('below department', id, name)
      }
      for (const id of roles) this.#add('role', id, name)
      for (const id of userids) this.#add('userid', id, name)
      for (const id of others) this.#add('group', id, name)
    }
  }

  /** The names of the groups that this person is in, by their characters. */
  namesFor(person: GroupPerson): string[] {
    return [...this.reasonsFor(person).keys()].sort()
  }

  /** The groups that this person is in, each with one reason. */
  reasonsFor({ userid, profile }: GroupPerson): Map<string, Reason> {
    const reasons = new Map<string, Reason>()
    const note = (kind: Reason['kind'], id: Reason['id']) => {
      for (const name of this.#groups[kind].get(id) ?? []) if (!reasons.has(name)) reasons.set(name, { kind, id })
    }
    for (const { id } of profile.departments) note('department', id)
    for (const { above } of profile.departments) for (const id of above) note('below department', id)
    for (const { id } of profile.roles) note('role', id)
    if (userid !== null) note('userid', userid)
    // This comes to what it adds, too, and to each group once: circles end.
    for (const name of reasons.keys()) note('group', name)
    return reasons
  }

  #add(kind: Reason['kind'], id: Reason['id'], name: string): void {
    const names = this.#groups[kind].get(id)
    if (names) names.push(name)
    else this.#groups[kind].set(id, [name])
  }
}
