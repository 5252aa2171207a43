import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { SqlSessionRows } from '../adapters/database/session-rows.js'
import { PeopleAdmin } from '../services/people-admin.js'
import type { Tools } from './operator-database.js'

/** What a command may do to people. */
export function adminOf({ database, audit }: Tools): PeopleAdmin {
  return new PeopleAdmin({ people: new PrismaPeopleRows(database), sessions: new SqlSessionRows(database), audit })
}
