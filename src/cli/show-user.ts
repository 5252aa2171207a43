import { SqlGroupRows } from '../adapters/database/group-rows.js'
import type { Right } from '../services/administrators.js'
import type { DirectoryProfile, ProfileDepartment } from '../services/directory.js'
import { GroupIndex } from '../services/group-index.js'
import type { KnownUser, SessionInfo } from '../services/ports.js'
import { withDatabase } from './operator-database.js'
import { administratorsOf, adminOf } from './people-admin.js'
import { printResult } from './print.js'
import { type Cell, factTable, table } from './table.js'

/** Prints one person, what the directory says of them, their groups and their sessions. @throws {OperatorError} */
export function showUser(name: string, json: boolean): Promise<void> {
  return withDatabase(async (tools) => {
    const { user, sessions } = await adminOf(tools).show(name)
    const { userid, profile } = user
    const groups = profile
      ? new GroupIndex(await new SqlGroupRows(tools.database).list()).namesFor({ userid, profile })
      : []
    const right = await administratorsOf(tools.database).rightOf(user)
    const told = { user, administrator: right ?? null, groups, sessions }
    printResult({ json: told, text: textOf(told) }, json)
  })
}

interface Told {
  user: KnownUser
  administrator: Right | null
  groups: string[]
  sessions: SessionInfo[]
}

function textOf({ user, administrator, groups, sessions }: Told): string {
  const facts: [string, Cell[]][] = [
    ['username', [user.username]],
    ['handle', [user.handle ?? 'none yet']],
    ['nick', [user.nick]],
    ['id', [user.id]],
    ['unionid', [user.unionId]],
    ['userid', [user.userid ?? 'unknown']],
    [user.lastLoginAt ? 'first login' : 'imported', [user.createdAt.toISOString()]],
    ['last login', [user.lastLoginAt?.toISOString() ?? 'not yet']],
    ['last found in the directory', [user.membershipCheckedAt?.toISOString() ?? 'never asked']],
    ['state', [user.disabledAt ? disabledSince(user.disabledAt) : 'enabled']],
    ['administrator', administrator ? [administrator === 'setting' ? 'by ADMINS' : 'yes'] : []],
    ...(user.profile ? factsOf(user.profile) : []),
    ['groups', groups],
    ['read', user.profileReadAt ? [user.profileReadAt.toISOString()] : []],
  ]
  const listed = sessions.map((s) => [s.id, s.createdAt.toISOString(), s.lastSeenAt.toISOString(), s.ip, s.userAgent])
  return `${factTable(facts)}\n\n${table(['SESSION', 'BEGUN', 'LAST SEEN', 'ADDRESS', 'BROWSER'], listed)}`
}

function disabledSince(time: Date): Cell {
  return { text: `disabled since ${time.toISOString()}`, meaning: 'warning' }
}

/** With the ids that groups are made of. */
function factsOf({ name, orgEmail, title, jobNumber, departments, roles }: DirectoryProfile): [string, string[]][] {
  const named = ({ id, name }: { id: number; name: string | null }) => (name === null ? String(id) : `${id} ${name}`)
  const below = ({ above }: ProfileDepartment) => (above.length > 0 ? `, below ${above.join(', ')}` : '')
  const known = (text: string | null) => (text === null ? [] : [text])
  return [
    ['name', known(name)],
    ['work e-mail', known(orgEmail)],
    ['title', known(title)],
    ['job number', known(jobNumber)],
    ['departments', departments.map((department) => named(department) + below(department))],
    ['roles', roles.map(named)],
  ]
}
