import { type Command, InvalidArgumentError } from 'commander'
import { addAccessCommands } from './access-command.js'
import type { RuleOptions } from './group-options.js'
import { addExamples } from './help.js'

interface Json {
  json?: boolean
}

const NAME = 'its name: A-Z, a-z, 0-9 and . _ -'

/** Makes a command within `groups`. */
type Add = (words: string, description: string) => Command

/** `groups`: people by rules, for whom applications are. */
export function addGroupsCommand(program: Command): void {
  const groups = program
    .command('groups')
    .description('groups of people, for whom applications are: add, list, show, change, remove, apply')
  addExamples(groups, [
    'groups add engineers --department 1001 --below --role 2001',
    'groups show engineers',
    'groups change engineers --userid 0123 --userid 0456',
  ])
  const add: Add = (words, description) =>
    groups.command(words).description(description).option('--json', 'print for programs')
  add('list', 'all groups').action(async ({ json }: Json) => (await import('./groups.js')).listGroups(json))
  add('show', 'one group, and who is in it, and why')
    .argument('<name>')
    .action(async (name: string, { json }: Json) => (await import('./groups.js')).showGroup(name, json))
  addWriting(add)
  addAccessCommands(add)
}

function addWriting(add: Add): void {
  withRules(add('add', 'a new group').argument('<name>', NAME)).action(
    async (name: string, options: RuleOptions & Json, command: Command) => {
      refuseBelowAlone(options, command)
      await (await import('./groups.js')).addGroup(name, options)
    },
  )
  withRemovals(withRules(add('change', 'change what is given, and leave the rest').argument('<name>'))).action(
    async (name: string, options: RuleOptions & Json, command: Command) => {
      refuseBelowAlone(options, command)
      await (await import('./groups.js')).changeGroup(name, options)
    },
  )
  add('remove', 'a group that nothing uses')
    .argument('<name>')
    .action(async (name: string, { json }: Json) => (await import('./groups.js')).removeGroup(name, json))
}

/** In a group is whoever fits one of them. */
function withRules(command: Command): Command {
  return command
    .option('--department <id...>', 'those in these departments', eachId)
    .option('--below', 'and those in the departments below them')
    .option('--department-below <id...>', 'those in these departments, and below them, beside --department', eachId)
    .option('--role <id...>', 'those with these roles', eachId)
    .option('--userid <userid...>', 'these people, by the userid of the directory')
    .option('--group <name...>', 'those in these groups')
}

function withRemovals(command: Command): Command {
  return command
    .option('--no-department', 'take all departments away')
    .option('--no-role', 'take them away')
    .option('--no-userid', 'take them away')
    .option('--no-group', 'take them away')
}

/** @throws {InvalidArgumentError} */
function eachId(text: string, before: unknown): number[] {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('It is an id of DingTalk: a positive whole number.')
  return [...(Array.isArray(before) ? before : []), Number(text)]
}

function refuseBelowAlone({ department, below }: RuleOptions, command: Command): void {
  if (below && !department) command.error("error: option '--below' goes with --department")
}
