import { membersOf } from '../services/group-members.js'
import { type AccessTools, withAccess } from './access.js'
import { noRules, type RuleOptions, rulesGiven } from './group-options.js'
import { groupAsJson, groupAsText, membersAsJson, membersAsTable, namedIn, ruleTexts } from './group-texts.js'
import { printAll, printResult, type Result } from './print.js'
import { paint } from './style.js'
import { table } from './table.js'

interface Json {
  json?: boolean
}

/** Adds a group. @throws {OperatorError} */
export function addGroup(name: string, options: RuleOptions & Json): Promise<void> {
  return answer(options.json, async (groups) => {
    const group = await groups.add(name, { ...noRules, ...rulesGiven(options) })
    return { text: `${paint('done', `${name} is added.`)}\n\n${groupAsText(group)}`, json: group }
  })
}

/** Prints all of them, and what is for their people. */
export function listGroups(json = false): Promise<void> {
  return withAccess(async ({ groups, directoryNames }) => {
    const all = await groups.list()
    const names = await directoryNames.namesOf(all.flatMap(namedIn))
    const rows = all.map((group) => [group.name, ruleTexts(group, names).join(', '), group.usedBy.join(', ')])
    const text = table(['NAME', 'WHO', 'USED BY'], rows)
    printResult({ text, json: all.map((group) => groupAsJson(group, names)) }, json)
  })
}

/** Prints one, and who is in it, as they are read. @throws {OperatorError} */
export function showGroup(name: string, json = false): Promise<void> {
  return withAccess(async ({ groups, people, directoryNames }) => {
    const group = await groups.find(name)
    const all = await groups.list()
    const names = await directoryNames.namesOf(all.flatMap(namedIn))
    const members = membersOf(name, all, people.list())
    if (json) return printAll(membersAsJson(groupAsJson(group, names), members))
    console.log(`${groupAsText(group, names)}\n`)
    return printAll(membersAsTable(members, names))
  })
}

/** Changes what is given. @throws {OperatorError} */
export function changeGroup(name: string, options: RuleOptions & Json): Promise<void> {
  return answer(options.json, async (groups) => {
    const group = await groups.change(name, rulesGiven(options))
    return { text: groupAsText(group), json: group }
  })
}

/** Removes one. @throws {OperatorError} */
export function removeGroup(name: string, json?: boolean): Promise<void> {
  return answer(json, async (groups) => {
    await groups.remove(name)
    return { text: paint('done', `${name} is removed.`), json: { removed: name } }
  })
}

async function answer(
  json: boolean | undefined,
  run: (groups: AccessTools['groups']) => Promise<Result>,
): Promise<void> {
  printResult(await withAccess(({ groups }) => run(groups)), json ?? false)
}
