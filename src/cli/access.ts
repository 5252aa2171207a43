import { PrismaAccessRows } from '../adapters/database/access-rows.js'
import { SqlDirectoryNameRows } from '../adapters/database/directory-name-rows.js'
import { readSetting } from '../config/single-settings.js'
import { AccessPlans } from '../services/access-plans.js'
import type { Application } from '../services/application.js'
import { Applications } from '../services/applications.js'
import type { DirectoryNameRows } from '../services/directory.js'
import type { Fault } from '../services/faults.js'
import { Groups } from '../services/groups.js'
import type { PeopleAdmin } from '../services/people-admin.js'
import { withDatabase } from './operator-database.js'
import { adminOf } from './people-admin.js'
import { paint } from './style.js'

/** What a command on applications and groups works with. */
export interface AccessTools {
  applications: Applications
  groups: Groups
  plans: AccessPlans
  people: PeopleAdmin
  directoryNames: DirectoryNameRows
}

/** Opens the database for one command on applications and groups. @throws {OperatorError} */
export function withAccess<T>(work: (tools: AccessTools) => Promise<T>): Promise<T> {
  return withDatabase((tools) => {
    const options = { rows: new PrismaAccessRows(tools.database), audit: tools.audit }
    return work({
      applications: new Applications(options),
      groups: new Groups(options),
      plans: new AccessPlans(options),
      people: adminOf(tools),
      directoryNames: new SqlDirectoryNameRows(tools.database),
    })
  })
}

/** Warns of applications that are for groups, where the directory is not read as far as the settings here say. */
export function warnOfGroups(applications: Pick<Application, 'id' | 'access'>[], json: boolean): void {
  if (readsDirectory()) return
  const problem = 'is for groups, and DINGTALK_PROFILE is not directory: nobody gets in, and no server starts'
  const grouped = applications.filter(({ access }) => access !== 'everyone' && access.length > 0)
  warn(
    grouped.map(({ id }) => ({ path: id, problem })),
    json,
  )
}

/** A fault of the setting must not keep a command from saying what it has done. */
function readsDirectory(): boolean {
  try {
    return readSetting(process.env, 'DINGTALK_PROFILE') === 'directory'
  } catch {
    return false
  }
}

/** Prints warnings beside the answer, on standard error: for programs as a JSON document each. */
export function warn(warnings: Fault[], json: boolean): void {
  const head = paint('warning', 'Warning:', process.stderr)
  for (const { path, problem } of warnings)
    console.error(json ? JSON.stringify({ warning: { path, problem } }) : `${head} ${path} ${problem}.`)
}
