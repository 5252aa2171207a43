import { SqlHandleRows } from '../adapters/database/handle-rows.js'
import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { HandlePromises } from '../services/handle-promises.js'
import type { PeopleAdmin } from '../services/people-admin.js'
import { peopleAsJson, peopleAsTable } from './list-people.js'
import { withDatabase } from './operator-database.js'
import { administratorsOf, adminOf } from './people-admin.js'
import { printAll, printResult, type Result } from './print.js'
import { paint } from './style.js'
import { removalOf } from './users-delete.js'

/** Prints everybody, as they are read. */
export function listUsers(json: boolean): Promise<void> {
  return withDatabase(async (tools) => {
    const administrators = await administratorsOf(tools.database).ids()
    await printAll((json ? peopleAsJson : peopleAsTable)(adminOf(tools).list(), administrators))
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
  return withDatabase(async (tools) => {
    if (await removalOf(tools).letReturn(name)) {
      const text = paint('done', `${name} may come again, as somebody new`)
      return printResult({ text, json: { user: null } }, json)
    }
    const { user } = await adminOf(tools).enable(name)
    printResult({ text: paint('done', `${user.username} may log in again`), json: { user } }, json)
  })
}

/** Logs somebody out everywhere. @throws {OperatorError} */
export function endSessions(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user, sessionsEnded } = await admin.endSessions(name)
    return { text: `${user.username}: sessions ended: ${sessionsEnded}`, json: { user, sessionsEnded } }
  })
}

/** Lets somebody open the console. @throws {OperatorError} */
export function makeAdministrator(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user } = await admin.makeAdministrator(name)
    return { text: `${user.username} is an administrator`, json: { user } }
  })
}

/** @throws {OperatorError} */
export function unmakeAdministrator(name: string, json: boolean): Promise<void> {
  return answer(json, async (admin) => {
    const { user } = await admin.unmakeAdministrator(name)
    return { text: `${user.username} is no administrator any more`, json: { user } }
  })
}

/** Gives somebody their handle before their first login, by their unionid or userid. @throws {OperatorError} */
export function setHandle(id: string, handle: string, json: boolean): Promise<void> {
  return withDatabase(async ({ database, audit }) => {
    const promises = new PrismaPeopleRows(database)
    const user = await new HandlePromises({ promises, handles: new SqlHandleRows(database), audit }).set(id, handle)
    const text = user
      ? `${user.username} has the handle ${handle}`
      : `${id} will have the handle ${handle} at their first login`
    printResult({ text: paint('done', text), json: { id, handle, user: user ?? null } }, json)
  })
}

/** Says what was done. */
async function answer(json: boolean, run: (admin: PeopleAdmin) => Promise<Result>): Promise<void> {
  const { text, json: content } = await withAdmin(run)
  printResult({ text: paint('done', text), json: content }, json)
}

function withAdmin<T>(work: (admin: PeopleAdmin) => Promise<T>): Promise<T> {
  return withDatabase((tools) => work(adminOf(tools)))
}
