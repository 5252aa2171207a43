/** Who is in a group: whoever fits one of these. All ids are DingTalk's. */
export interface GroupRules {
  /** `below`: those in the departments below it, too. */
  departments: { id: number; below: boolean }[]
  roles: number[]
  userids: string[]
  /** The names of other groups, whose people are in this one. */
  groups: string[]
}

/** A group as an operator wants it. */
export interface NamedRules extends GroupRules {
  /** ASCII: `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`; no two differ in case alone. */
  name: string
}

/** People by rules, for whom applications are. */
export interface Group extends NamedRules {
  createdAt: Date
}

/** One step of a change. */
export type GroupStep =
  | { step: 'add_group'; group: Group }
  | { step: 'change_group'; name: string; rules: GroupRules }
  | { step: 'remove_group'; name: string }

/** The groups' rows. */
export interface GroupRows {
  /** By their names. */
  list(): Promise<Group[]>
}

/** The part of a group that an operator decides. */
export function rulesOf({ departments, roles, userids, groups }: GroupRules): GroupRules {
  return { departments, roles, userids, groups }
}

/** The rules that are to be others. */
export function differingRules(before: GroupRules, after: GroupRules): string[] {
  const known = new Map<string, unknown>(Object.entries(before))
  return Object.entries(rulesOf(after))
    .filter(([rule, list]) => JSON.stringify(list) !== JSON.stringify(known.get(rule)))
    .map(([rule]) => rule)
}

/** The same with what they were, for the audit trail. */
export function changedRules(before: GroupRules, after: GroupRules) {
  const fields = new Set(differingRules(before, after))
  const only = (rules: GroupRules) =>
    Object.fromEntries(Object.entries(rulesOf(rules)).filter(([rule]) => fields.has(rule)))
  return { before: only(before), after: only(after) }
}
