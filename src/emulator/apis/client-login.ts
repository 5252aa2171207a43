import type { Parts } from '../parts.js'
import { directoryName } from '../person.js'
import type { ApiHandler } from './api-call.js'
import { topapiRefusal } from './refusals.js'
import { requiredText, topapiCall } from './topapi.js'

/** https://open.dingtalk.com/document/development/obtain-the-userid-of-a-user-by-using-the-log-free */
export function userByClientCode(parts: Parts): ApiHandler {
  return topapiCall(parts, 'qyapi_base', (body) => {
    const grant = parts.codes.spend(requiredText(body, 'code', 40078), 'client')
    if (!grant) throw topapiRefusal(40078)
    const person = parts.people.get(grant.personId)
    if (person.membership !== 'employee') throw topapiRefusal(60121)
    const result = {
      userid: person.userId,
      unionid: person.unionId,
      associated_unionid: person.unionId,
      name: directoryName(person),
      device_id: `emulator-${person.id}`,
      sys: false,
      sys_level: 0,
    }
    return { fields: { result }, personId: person.id }
  })
}
