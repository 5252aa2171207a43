import type { Database } from '../../adapters/database/database.js'
import { SqlHandleRows } from '../../adapters/database/handle-rows.js'
import { SqlProfileRows } from '../../adapters/database/profile-rows.js'
import { PrismaUserRows } from '../../adapters/database/user-rows.js'
import { romanise } from '../../adapters/romanise.js'
import { ROLE } from '../../emulator/organisation/roles.js'
import { directoryName, type Person } from '../../emulator/person.js'
import { Handles } from '../../services/handles.js'
import { People } from '../../services/people.js'
import { DAY } from '../../time.js'
import type { Dice } from './dice.js'
import { HISTORY_DAYS } from './history.js'
import type { HistoryPerson } from './logins.js'

/** So many of the last ones have left meanwhile, one after the other. */
const LEAVERS = 3
/** How many days ago the first one of those left, and how many lie between two. */
const LEFT = { first: 34, between: 12 }
/** Of so many one has joined meanwhile. */
const JOINS = 6

/** Makes users of the cast as their first logins would, but of those who have logged in already. */
export async function addPeople(database: Database, dice: Dice, cast: Person[], until: Date): Promise<HistoryPerson[]> {
  const people: HistoryPerson[] = []
  for (const [number, person] of cast.entries()) {
    const joinedDaysAgo = number % JOINS === JOINS - 1 ? dice.between(5, HISTORY_DAYS) : HISTORY_DAYS
    const joinedAt = new Date(until.getTime() - joinedDaysAgo * DAY)
    const nth = number - (cast.length - LEAVERS)
    const leftAt = nth < 0 ? undefined : new Date(until.getTime() - (LEFT.first - nth * LEFT.between) * DAY)
    const id = await userOf(database, person, joinedAt)
    people.push({
      id,
      number,
      isEngineer: person.roles.includes(ROLE.engineer),
      joinedAt: leftAt ? new Date(0) : joinedAt,
      leftAt,
    })
  }
  return people
}

async function userOf(database: Database, person: Person, joinedAt: Date): Promise<string> {
  const rows = new PrismaUserRows(database)
  const known = await rows.findByUnionId(person.unionId)
  if (known) return known.id
  const handles = new Handles({ rows: new SqlHandleRows(database), romanise })
  const people = new People({ rows, handles, now: () => joinedAt.getTime() })
  const { unionId, nick, userId: userid } = person
  const reading = { profile: profileOf(person), readAt: joinedAt }
  const admission = { membershipCheckedAt: joinedAt, userid, reading }
  const { id } = await people.recordLogin({ unionId, nick, avatarUrl: null }, admission)
  await new SqlProfileRows(database).save(id, reading.profile, joinedAt)
  return id
}

function profileOf(person: Person) {
  const { orgEmail = null, title = null, jobNumber = null, departments, roles } = person
  return {
    ...{ name: directoryName(person), orgEmail, title, jobNumber },
    departments: departments.map((id) => ({ id, name: null, above: [] })),
    roles: roles.map((id) => ({ id, name: null })),
  }
}
