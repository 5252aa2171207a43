import type { Planned } from './access.js'
import type { Fault } from './faults.js'
import { differingRules, type Group, type GroupStep, type NamedRules, rulesOf } from './group.js'
import { circlesAmong, judgeGroup } from './group-rules.js'

/** What makes the groups that there are those that are wanted. */
export interface GroupPlan extends Planned {
  /** The names of the groups that there are to be. */
  names: ReadonlySet<string>
  steps: GroupStep[]
  faults: Fault[]
}

/** What has to be done; with `prune`, groups that are not wanted go. Nothing is to be done where there are faults. */
export function planGroups(
  existing: readonly Group[],
  wanted: readonly NamedRules[],
  { prune, now }: { prune: boolean; now: Date },
): GroupPlan {
  const isWanted = new Set(wanted.map(({ name }) => name))
  const others = existing.filter(({ name }) => !isWanted.has(name))
  const after = prune ? [...wanted] : [...wanted, ...others]
  const names = new Set(after.map(({ name }) => name))
  const plan: GroupPlan = { added: [], changed: [], removed: [], unchanged: [], names, steps: [], faults: [] }
  const byName = new Map(existing.map((group) => [group.name, group]))
  for (const one of wanted) {
    plan.faults.push(...judgeGroup(one, names).map((fault) => inFile(one.name, fault)))
    planOne(plan, byName.get(one.name), one, now)
  }
  for (const { name, circle, ...fault } of circlesAmong(after))
    if (circle.some((one) => isWanted.has(one))) plan.faults.push(inFile(name, fault))
  for (const { name } of prune ? others : []) {
    plan.removed.push(name)
    plan.steps.push({ step: 'remove_group', name })
  }
  return plan
}

function inFile(name: string, { path, problem }: Fault): Fault {
  return { path: path === '' ? `groups.${name}` : `groups.${name}.${path}`, problem }
}

function planOne(plan: GroupPlan, before: Group | undefined, wanted: NamedRules, createdAt: Date): void {
  const { name } = wanted
  if (!before) {
    plan.added.push(name)
    plan.steps.push({ step: 'add_group', group: { name, ...rulesOf(wanted), createdAt } })
    return
  }
  const fields = differingRules(before, wanted)
  if (fields.length === 0) plan.unchanged.push(name)
  else {
    plan.changed.push({ id: name, fields })
    plan.steps.push({ step: 'change_group', name, rules: rulesOf(wanted) })
  }
}
