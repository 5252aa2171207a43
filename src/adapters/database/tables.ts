import { PrismaAccessRows } from './access-rows.js'
import { PrismaAdministratorRows } from './administrator-rows.js'
import { SqlApplicationRows } from './application-rows.js'
import { SqlApplicationSessionRows } from './application-session-rows.js'
import type { Database } from './database.js'
import { SqlDirectoryNameRows } from './directory-name-rows.js'
import { SqlHandleRows } from './handle-rows.js'
import { SqlOpenidRecords } from './openid-records.js'
import { PrismaPeopleNames } from './people-names.js'
import { PrismaPeopleRows } from './people-rows.js'
import { SqlPeopleSearchRows } from './people-search-rows.js'
import { SqlProfileRows } from './profile-rows.js'
import { SqlSessionRows } from './session-rows.js'
import { SqlSigningKeyRows } from './signing-key-rows.js'
import { PrismaUserRows } from './user-rows.js'

/** All tables that every server uses, each by what is asked of it; making them costs nothing. */
export function tablesOf(database: Database) {
  return {
    access: new PrismaAccessRows(database),
    administrators: new PrismaAdministratorRows(database),
    people: new PrismaPeopleRows(database),
    peopleSearch: new SqlPeopleSearchRows(database),
    applications: new SqlApplicationRows(database),
    applicationSessions: new SqlApplicationSessionRows(database),
    directoryNames: new SqlDirectoryNameRows(database),
    handles: new SqlHandleRows(database),
    openidRecords: new SqlOpenidRecords(database),
    peopleNames: new PrismaPeopleNames(database),
    profiles: new SqlProfileRows(database),
    sessions: new SqlSessionRows(database),
    signingKeys: new SqlSigningKeyRows(database),
    users: new PrismaUserRows(database),
  }
}
