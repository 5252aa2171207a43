import { z } from 'zod'
import { type DirectoryEvent, eventTypes } from '../../services/directory-event.js'
import { directoryId, userid } from './directory-fields.js'

/** Of one event: what more are in it comes to light by the rechecks. */
const MAX_IDS = 1000

/** A list, for which some applications get its one item; what is no item of it is left out. */
export function list<T>(item: z.ZodType<T>) {
  return z
    .unknown()
    .optional()
    .transform((value) => {
      const items: unknown[] = Array.isArray(value) ? value : [value]
      return items.slice(0, MAX_IDS).flatMap((one) => {
        const read = item.safeParse(one)
        return read.success ? [read.data] : []
      })
    })
}

const type = z.enum(eventTypes)
/**
 * https://open.dingtalk.com/document/development/contact-event-stream
 * What the lists are called depends on the type.
 */
const payload = z
  .object({ userId: list(userid), userIdList: list(userid), deptId: list(directoryId), labelIdList: list(directoryId) })
  .catch({ userId: [], userIdList: [], deptId: [], labelIdList: [] })

/** What an event says has happened, as far as it can be read. */
export function readEvent(eventType: string, data: unknown): DirectoryEvent {
  const { userId, userIdList, deptId, labelIdList } = payload.parse(data)
  const known = type.safeParse(eventType).data
  const isAboutPeople = known?.startsWith('user_') || known === 'label_user_change'
  return {
    type: known ?? 'other',
    userids: isAboutPeople ? [...new Set([...userId, ...userIdList])] : [],
    departments: known?.startsWith('org_dept_') ? [...new Set(deptId)] : [],
    // Who got or lost a role is named beside it.
    roles: known?.startsWith('label_conf_') ? [...new Set(labelIdList)] : [],
  }
}
