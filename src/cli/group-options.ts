import type { GroupRules } from '../services/group.js'

/** The options of `groups add` and `groups change`; false takes away. */
export interface RuleOptions {
  department?: number[] | false
  /** Those of `department` count with the departments below them. */
  below?: boolean
  departmentBelow?: number[]
  role?: number[] | false
  userid?: string[] | false
  group?: string[] | false
}

/** A group that nobody is in. */
export const noRules: GroupRules = { departments: [], roles: [], userids: [], groups: [] }

/** The rules that these options give, and no others. */
export function rulesGiven(options: RuleOptions): Partial<GroupRules> {
  const { role, userid, group } = options
  const departments = departmentsGiven(options)
  return {
    ...(departments !== undefined && { departments }),
    ...(role !== undefined && { roles: role || [] }),
    ...(userid !== undefined && { userids: userid || [] }),
    ...(group !== undefined && { groups: group || [] }),
  }
}

function departmentsGiven({ department, below = false, departmentBelow }: RuleOptions) {
  if (department === undefined && departmentBelow === undefined) return undefined
  return [
    ...(department || []).map((id) => ({ id, below })),
    ...(departmentBelow ?? []).map((id) => ({ id, below: true })),
  ]
}
