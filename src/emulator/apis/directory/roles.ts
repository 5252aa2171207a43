import type { Role } from '../../organisation/roles.js'
import type { Parts } from '../../parts.js'
import { directoryName } from '../../person.js'
import type { ApiHandler } from '../api-call.js'
import { topapiRefusal } from '../refusals.js'
import { type Body, integerOf, pageOf, topapiCall } from '../topapi.js'

/** https://open.dingtalk.com/document/development/obtains-a-list-of-enterprise-roles */
export function roleGroups(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => {
    const { list, hasMore } = pageOf(groupsOf(parts.roles.all()), ...placeOf(body), 200)
    return { fields: { result: { hasMore, list } } }
  })
}

/** https://open.dingtalk.com/document/development/queries-role-details */
export function roleDetails(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => {
    const { name, groupId } = roleOf(parts, body, 'roleId')
    return { fields: { role: { name, groupId } } }
  })
}

/** https://open.dingtalk.com/document/development/obtain-the-list-of-employees-of-a-role */
export function usersOfRole(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_member', (body) => {
    const { id } = roleOf(parts, body, 'role_id')
    const holders = parts.people.employees().filter(({ roles }) => roles.includes(id))
    const { list, hasMore } = pageOf(holders, ...placeOf(body), 100)
    const people = list.map((person) => ({ userid: person.userId, name: directoryName(person) }))
    return { fields: { result: { hasMore, list: people } } }
  })
}

function roleOf({ roles }: Parts, body: Body, field: string): Role {
  const role = roles.find(integerOf(body, field, 400_002))
  if (!role) throw topapiRefusal(400_002)
  return role
}

function placeOf(body: Body): [offset: number, size: number] {
  return [integerOf(body, 'offset', 40035, 0), integerOf(body, 'size', 40035, 20)]
}

function groupsOf(roles: Role[]): unknown[] {
  const first = roles.filter((role, index) => roles.findIndex(({ groupId }) => groupId === role.groupId) === index)
  return first.map(({ groupId, groupName }) => ({
    groupId,
    name: groupName,
    roles: roles.filter((role) => role.groupId === groupId).map(({ id, name }) => ({ id, name })),
  }))
}
