import type { Access } from './access.js'
import { type Fault, faultAt, givenTwice } from './faults.js'
import type { GroupRules, NamedRules } from './group.js'

const MAX_USERID_LENGTH = 64

/**
 * Judges a group by itself: the one place that does, whether it is added, changed or applied. A fault without a path
 * is one of the group as a whole.
 * @param names of all groups that there are to be, itself included
 */
export function judgeGroup(group: NamedRules, names: ReadonlySet<string>): Fault[] {
  const { departments, roles, userids, groups } = group
  return [
    ...faultAt('', nameProblem(group.name, names)),
    ...faultAt('', isEmpty(group) ? 'has no rule: nobody would be in it' : undefined),
    ...departments.flatMap(({ id }, n) => faultAt(`departments[${n}].id`, idProblem(id))),
    ...roles.flatMap((id, n) => faultAt(`roles[${n}]`, idProblem(id))),
    ...userids.flatMap((userid, n) => faultAt(`userids[${n}]`, useridProblem(userid))),
    ...judgeNames('groups', groups, names),
    ...givenTwice(
      'departments',
      departments.map(({ id }) => id),
    ),
    ...givenTwice('roles', roles),
    ...givenTwice('userids', userids),
  ]
}

/** Judges a list that names groups. */
export function judgeNames(path: string, list: readonly string[], names: ReadonlySet<string>): Fault[] {
  const unknown = list.flatMap((name, n) =>
    faultAt(`${path}[${n}]`, names.has(name) ? undefined : `there is no group ${name}`),
  )
  return [...unknown, ...givenTwice(path, list)]
}

/**
 * The circles among groups, such as `a → b → a`, each once: nobody could say who is in them. A fault stands at the
 * first group of its circle that is looked at, by the path behind the group's name.
 */
export function circlesAmong(groups: readonly NamedRules[]): (Fault & { name: string; circle: string[] })[] {
  const byName = new Map(groups.map((group) => [group.name, group.groups]))
  const faults: ReturnType<typeof circlesAmong> = []
  const clear = new Set<string>()
  const way: string[] = []
  const visit = (name: string): void => {
    if (clear.has(name)) return
    if (way.includes(name)) {
      const circle = way.slice(way.indexOf(name))
      const at = byName.get(name)?.indexOf(circle[1] ?? name) ?? 0
      faults.push({ name, circle, path: `groups[${at}]`, problem: `is a circle: ${[...circle, name].join(' → ')}` })
      return
    }
    way.push(name)
    for (const other of byName.get(name) ?? []) visit(other)
    way.pop()
    clear.add(name)
  }
  for (const { name } of groups) visit(name)
  return faults
}

/** What would be without this group, such as `application grafana`. */
export function usersOf(name: string, { applications, groups }: Pick<Access, 'applications' | 'groups'>): string[] {
  return [
    ...applications
      .filter(({ access }) => access !== 'everyone' && access.includes(name))
      .map(({ id }) => `application ${id}`),
    ...groups.filter((group) => group.groups.includes(name)).map((group) => `group ${group.name}`),
  ]
}

function isEmpty({ departments, roles, userids, groups }: GroupRules): boolean {
  return departments.length + roles.length + userids.length + groups.length === 0
}

/** Applications compare names in ways of their own: two that differ in case alone would be one group to some of them. */
function nameProblem(name: string, names: ReadonlySet<string>): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name))
    return 'must be called by A-Z, a-z, 0-9 and . _ -, 63 characters at most, with a letter or digit in front'
  const small = name.toLowerCase()
  if (small === 'everyone') return 'must have another name: everyone is what applications are for that are for no group'
  const alike = [...names].find((other) => other !== name && other.toLowerCase() === small)
  return alike === undefined ? undefined : `differs from the group ${alike} in case alone`
}

function idProblem(id: number): string | undefined {
  return Number.isSafeInteger(id) && id > 0 ? undefined : 'must be an id of DingTalk: a positive whole number'
}

function useridProblem(userid: string): string | undefined {
  const isFine = userid.length > 0 && userid.length <= MAX_USERID_LENGTH && !/[\p{C}\s]/u.test(userid)
  return isFine ? undefined : `must be a userid of DingTalk: ${MAX_USERID_LENGTH} characters at most, without spaces`
}
