import { membersOf } from '../services/group-members.js'
import { type AccessTools, withAccess } from './access.js'
import { noRules, type RuleOptions, rulesGiven } from './group-options.js'
import { groupAsText, membersAsJson, membersAsTable, type Names, ruleTexts } from './group-texts.js'
import { printAll, printResult, type Result } from './print.js'
import { table } from './table.js'

interface Json {
  json?: boolean
}

const names: Names = new Map()

/** Adds a group. @throws {OperatorError} */
export function addGroup(name: string, options: RuleOptions & Json): Promise<void> {
  return answer(options.json, async (groups) => {
    const group = await groups.add(name, { ...noRules, ...rulesGiven(options) })
    return { text: `${name} is added.\n\n${groupAsText(group, names)}`, json: group }
  })
}

/** Prints all of them, and what is for their people. */
export function listGroups(json?: boolean): Promise<void> {
  return answer(json, async (groups) => {
    const all = await groups.list()
    const rows = all.map((group) => [group.name, ruleTexts(group, names).join(', '), group.usedBy.join(', ')])
    return { text: table(['NAME', 'WHO', 'USED BY'], rows), json: all }
  })
}

/** Prints one, and who is in it, as they are read. @throws {OperatorError} */
export function showGroup(name: string, json?: boolean): Promise<void> {
  return withAccess(async ({ groups, people }) => {
    const group = await groups.find(name)
    const members = membersOf(name, await groups.list(), people.list())
    if (json) return printAll(membersAsJson(group, members))
    console.log(`${groupAsText(group, names)}\n`)
    return printAll(membersAsTable(members, names))
  })
}

/** Changes what is given. @throws {OperatorError} */
export function changeGroup(name: string, options: RuleOptions & Json): Promise<void> {
  return answer(options.json, async (groups) => {
    const group = await groups.change(name, rulesGiven(options))
    return { text: groupAsText(group, names), json: group }
  })
}

/** Removes one. @throws {OperatorError} */
export function removeGroup(name: string, json?: boolean): Promise<void> {
  return answer(json, async (groups) => {
    await groups.remove(name)
    return { text: `${name} is removed.`, json: { removed: name } }
  })
}

async function answer(
  json: boolean | undefined,
  run: (groups: AccessTools['groups']) => Promise<Result>,
): Promise<void> {
  printResult(await withAccess(({ groups }) => run(groups)), json ?? false)
}
