import { PrismaAccessRows } from '../../src/adapters/database/access-rows.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { createLogger } from '../../src/log.js'
import type { AccessRows, AccessStep } from '../../src/services/access.js'
import { Audit } from '../../src/services/audit.js'
import type { Group, GroupRules } from '../../src/services/group.js'
import { Groups } from '../../src/services/groups.js'
import type { World } from './world.js'

export type HasDatabase = Pick<World, 'database'>

/** Adds a group as `groups add` does; a rule that is not given is empty. */
export function addGroup(world: HasDatabase, name: string, rules: Partial<GroupRules>): Promise<Group> {
  return withGroups(world, (groups) =>
    groups.add(name, { departments: [], roles: [], userids: [], groups: [], ...rules }),
  )
}

/** Changes a group as `groups change` does. */
export function changeGroup(world: HasDatabase, name: string, given: Partial<GroupRules>): Promise<Group> {
  return withGroups(world, (groups) => groups.change(name, given))
}

/** Removes a group as `groups remove` does. */
export function removeGroup(world: HasDatabase, name: string): Promise<void> {
  return withGroups(world, (groups) => groups.remove(name))
}

/** Takes these steps, whatever they make of applications and groups: no rule is asked. */
export function takeSteps(world: HasDatabase, steps: AccessStep[]): Promise<boolean> {
  return withRows(world, async (rows) => rows.take(steps, (await rows.read()).revision))
}

function withGroups<T>(world: HasDatabase, work: (groups: Groups) => Promise<T>): Promise<T> {
  const audit = new Audit({ log: createLogger('silent') })
  return withRows(world, (rows) => work(new Groups({ rows, audit })))
}

async function withRows<T>({ database }: HasDatabase, work: (rows: AccessRows) => Promise<T>): Promise<T> {
  const opened = await openDatabase(database.url)
  try {
    return await work(new PrismaAccessRows(opened))
  } finally {
    await opened.close()
  }
}
