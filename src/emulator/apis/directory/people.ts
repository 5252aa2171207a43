import { avatarUrlOf } from '../../avatar.js'
import type { Parts } from '../../parts.js'
import { directoryName, type Person } from '../../person.js'
import type { ApiHandler } from '../api-call.js'
import { topapiRefusal } from '../refusals.js'
import { integerOf, pageOf, requiredText, topapiCall } from '../topapi.js'

/** https://open.dingtalk.com/document/development/query-a-user-by-the-union-id */
export function userByUnionid(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_member', (body) => {
    const person = parts.people.member('unionId', requiredText(body, 'unionid', 40035))
    if (!person) throw topapiRefusal(60121)
    const result = { contact_type: person.membership === 'employee' ? 0 : 1, userid: person.userId }
    return { fields: { result }, personId: person.id }
  })
}

/** https://open.dingtalk.com/document/development/query-user-details */
export function userDetails(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_member', (body) => {
    const person = employeeOf(parts, requiredText(body, 'userid', 33012))
    return { fields: { result: detailsOf(person, parts) }, personId: person.id }
  })
}

/** https://open.dingtalk.com/document/development/queries-the-complete-information-of-a-department-user */
export function usersOfDepartment(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_member', (body) => {
    const cursor = integerOf(body, 'cursor', 40035)
    const members = membersOf(parts, integerOf(body, 'dept_id', 40035))
    const { list, hasMore } = pageOf(members, cursor, integerOf(body, 'size', 40035), 100)
    const next = hasMore && { next_cursor: cursor + list.length }
    const result = { has_more: hasMore, ...next, list: list.map((person) => detailsOf(person, parts)) }
    return { fields: { result } }
  })
}

/** https://open.dingtalk.com/document/development/query-the-list-of-department-userids */
export function userIdsOfDepartment(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_member', (body) => {
    const members = membersOf(parts, integerOf(body, 'dept_id', 40035))
    return { fields: { result: { userid_list: members.map(({ userId }) => userId) } } }
  })
}

/**
 * The employee of this userid.
 * @throws {Refusal} 60121
 */
export function employeeOf({ people }: Parts, userId: string): Person {
  const person = people.member('userId', userId)
  if (person?.membership !== 'employee') throw topapiRefusal(60121)
  return person
}

/** Who is in the department itself, not those of the departments below it. */
function membersOf({ departments, people }: Parts, departmentId: number): Person[] {
  if (!departments.find(departmentId)) throw topapiRefusal(60003)
  return people.employees().filter((person) => person.departments.includes(departmentId))
}

/** What there is no permission for, or the person does not have, is undefined, and so not in the JSON. */
function detailsOf(person: Person, { permissions, publicUrl, roles }: Parts): unknown {
  const { email, orgEmail, mobile, stateCode } = person
  return {
    userid: person.userId,
    unionid: person.unionId,
    name: directoryName(person),
    avatar: avatarUrlOf(person, publicUrl),
    title: person.title,
    job_number: person.jobNumber,
    ...(permissions.has('fieldEmail') && { email, org_email: orgEmail }),
    ...(permissions.has('fieldMobile') && { mobile, state_code: stateCode }),
    dept_id_list: person.departments,
    leader_in_dept: person.departments.map((dept_id) => ({ dept_id, leader: false })),
    role_list: person.roles
      .map((id) => roles.get(id))
      .map(({ id, name, groupName }) => ({ id, name, group_name: groupName })),
    active: true,
    admin: false,
    boss: false,
    senior: false,
    hide_mobile: false,
    real_authed: true,
  }
}
