import type { Department } from '../../organisation/departments.js'
import { ROOT_ID } from '../../organisation/departments.js'
import type { Parts } from '../../parts.js'
import type { ApiHandler } from '../api-call.js'
import { topapiRefusal } from '../refusals.js'
import { type Body, integerOf, requiredText, topapiCall } from '../topapi.js'
import { employeeOf } from './people.js'

/** https://open.dingtalk.com/document/development/query-department-details0-v2 */
export function departmentDetails(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => ({
    fields: { result: described(departmentOf(parts, body)) },
  }))
}

/** https://open.dingtalk.com/document/development/queries-the-list-of-all-parent-departments-of-a-user */
export function departmentsAbovePerson(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => {
    const person = employeeOf(parts, requiredText(body, 'userid', 33012))
    const parent_list = person.departments.map((id) => ({ parent_dept_id_list: parts.departments.wayUp(id) }))
    return { fields: { result: { parent_list } }, personId: person.id }
  })
}

/** https://open.dingtalk.com/document/development/obtain-the-department-list-v2 */
export function departmentsBelow(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => ({
    fields: { result: parts.departments.below(departmentOf(parts, body, ROOT_ID).id).map(described) },
  }))
}

/** https://open.dingtalk.com/document/development/obtain-a-sub-department-id-list-v2 */
export function departmentIdsBelow(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_get_department_list', (body) => {
    const below = parts.departments.below(departmentOf(parts, body).id)
    return { fields: { result: { dept_id_list: below.map(({ id }) => id) } } }
  })
}

function departmentOf({ departments }: Parts, body: Body, absent?: number): Department {
  const department = departments.find(integerOf(body, 'dept_id', 40035, absent))
  if (!department) throw topapiRefusal(60003)
  return department
}

function described({ id, name, parentId }: Department): unknown {
  return { dept_id: id, name, parent_id: parentId, create_dept_group: false, auto_add_user: false }
}
