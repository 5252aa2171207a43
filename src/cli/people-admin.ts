import { PrismaAdministratorRows } from '../adapters/database/administrator-rows.js'
import type { Database } from '../adapters/database/database.js'
import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { SqlSessionRows } from '../adapters/database/session-rows.js'
import { readAdmins } from '../config/single-settings.js'
import { Administrators } from '../services/administrators.js'
import { PeopleAdmin } from '../services/people-admin.js'
import type { Tools } from './operator-database.js'

/** Who may open the console: by ADMINS, as it stands in this command's environment, or by the database. */
export function administratorsOf(database: Database): Administrators {
  return new Administrators({ rows: new PrismaAdministratorRows(database), named: readAdmins(process.env) })
}

/** What a command may do to people. */
export function adminOf({ database, audit }: Tools): PeopleAdmin {
  return new PeopleAdmin({
    people: new PrismaPeopleRows(database),
    sessions: new SqlSessionRows(database),
    administrators: administratorsOf(database),
    audit,
  })
}
