import type { Clock } from '../clock.js'
import type { Departments } from '../organisation/departments.js'
import type { Leavers } from '../organisation/leavers.js'
import type { Roles } from '../organisation/roles.js'
import type { People } from '../people.js'
import { directoryName, type Person } from '../person.js'
import type { Stream } from './stream.js'

interface Sources {
  clock: Clock
  departments: Departments
  leavers: Leavers
  people: People
  roles: Roles
  stream: Stream
}

/** Lets each change of the organisation make its event, and each leaver be recorded. */
export function publishChanges({ clock, departments, leavers, people, roles, stream }: Sources): void {
  const about = ({ userId }: Person) => ({ timeStamp: clock.now(), optStaffId: 'emulator', userId: [userId] })
  people.changes.on('change', (before, after) => {
    const was = before?.membership === 'employee' ? before : undefined
    const isEmployee = after.membership === 'employee'
    if (was && isEmployee) publishDifferences(stream, was, after, about(after))
    if (was && !isEmployee) {
      leavers.record(after)
      stream.publish('user_leave_org', about(after))
    }
    if (!was && isEmployee) {
      stream.publish('user_add_org', about(after))
      stream.publish('user_active_org', about(after))
    }
  })
  departments.changes.on('change', (kind, ids) => stream.publish(`org_dept_${kind}`, { deptId: ids }))
  roles.changes.on('change', (kind, id) => stream.publish(`label_conf_${kind}`, { labelIdList: [id] }))
}

/**
 * What changed about an employee.
 * @NOTE a move between departments alone makes no event: whether DingTalk has one for it is not documented.
 */
function publishDifferences(stream: Stream, before: Person, after: Person, about: object): void {
  const [prev, curr] = [profileOf(before), profileOf(after)]
  if (JSON.stringify(prev) !== JSON.stringify(curr))
    stream.publish('user_modify_org', { ...about, diffInfo: { userid: after.userId, prev, curr } })
  publishLabels(stream, 'add', after, before)
  publishLabels(stream, 'remove', before, after)
}

/** The roles that the first person has, and the second has not. */
function publishLabels(stream: Stream, action: 'add' | 'remove', one: Person, other: Person): void {
  const labelIdList = one.roles.filter((id) => !other.roles.includes(id))
  if (labelIdList.length > 0) stream.publish('label_user_change', { userIdList: [one.userId], action, labelIdList })
}

function profileOf(person: Person) {
  const { email, jobNumber, mobile, orgEmail, title } = person
  return { name: directoryName(person), title, jobNumber, orgEmail, email, mobile }
}
