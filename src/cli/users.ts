import { SqlHandleRows } from '../adapters/database/handle-rows.js'
import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { SqlSessionRows } from '../adapters/database/session-rows.js'
import { HandlePromises } from '../services/handle-promises.js'
import { PeopleAdmin } from '../services/people-admin.js'
import { peopleAsJson, peopleAsTable } from './list-people.js'
import { withDatabase } from './operator-database.js'
import { printAll, printResult, type Result } from './print.js'
import { table } from './table.js'

/** Prints everybody, as they are read. */
export function listUsers(json: boolean): Promise<void> {
  return withAdmin((admin) => printAll((json ? peopleAsJson : peopleAsTable)(admin.list())))
}

/** Prints one person and their sessions. @throws {OperatorError} */
export function showUser(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user, sessions } = await admin.show(name)
    const facts = [
      ['username', user.username],
      ['handle', user.handle ?? 'none yet'],
      ['nick', user.nick],
      ['id', user.id],
      ['unionid', user.unionId],
      ['userid', user.userid ?? 'unknown'],
      ['first login', user.createdAt.toISOString()],
      ['last login', user.lastLoginAt.toISOString()],
      ['last found in the directory', user.membershipCheckedAt?.toISOString() ?? 'never asked'],
      ['state', user.disabledAt ? `disabled since ${user.disabledAt.toISOString()}` : 'enabled'],
    ]
    const rows = sessions.map((s) => [s.id, s.createdAt.toISOString(), s.lastSeenAt.toISOString(), s.ip, s.userAgent])
    return {
      json: { user, sessions },
      text: `${table([], facts)}\n\n${table(['SESSION', 'BEGUN', 'LAST SEEN', 'ADDRESS', 'BROWSER'], rows)}`,
    }
  })
}

/** No login from now on, and no session. @throws {OperatorError} */
export function disableUser(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user, sessionsEnded } = await admin.disable(name)
    return { text: `${user.username} is disabled; sessions ended: ${sessionsEnded}`, json: { user, sessionsEnded } }
  })
}

/** @throws {OperatorError} */
export function enableUser(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const user = await admin.enable(name)
    return { text: `${user.username} may log in again`, json: { user } }
  })
}

/** Logs somebody out everywhere. @throws {OperatorError} */
export function endSessions(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user, sessionsEnded } = await admin.endSessions(name)
    return { text: `${user.username}: sessions ended: ${sessionsEnded}`, json: { user, sessionsEnded } }
  })
}

/** Gives somebody their handle before their first login, by their unionid or userid. @throws {OperatorError} */
export function setHandle(id: string, handle: string, json: boolean): Promise<void> {
  return withDatabase(async ({ database }) => {
    const promises = new PrismaPeopleRows(database)
    const user = await new HandlePromises({ promises, handles: new SqlHandleRows(database) }).set(id, handle)
    const text = user
      ? `${user.username} has the handle ${handle}`
      : `${id} will have the handle ${handle} at their first login`
    printResult({ text, json: { id, handle, user: user ?? null } }, json)
  })
}

async function answer(json: boolean, run: (admin: PeopleAdmin) => Promise<Result>): Promise<void> {
  printResult(await withAdmin(run), json)
}

function withAdmin<T>(work: (admin: PeopleAdmin) => Promise<T>): Promise<T> {
  return withDatabase(({ database, audit }) =>
    work(new PeopleAdmin({ people: new PrismaPeopleRows(database), sessions: new SqlSessionRows(database), audit })),
  )
}
