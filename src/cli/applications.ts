import { PrismaApplicationRows } from '../adapters/database/application-rows.js'
import type { Application } from '../services/application.js'
import type { ApplicationFault } from '../services/application-rules.js'
import { Applications } from '../services/applications.js'
import { withDatabase } from './operator-database.js'

/** Opens the database for one command on applications. @throws {OperatorError} */
export function withApplications<T>(work: (applications: Applications) => Promise<T>): Promise<T> {
  return withDatabase(({ database, audit }) =>
    work(new Applications({ rows: new PrismaApplicationRows(database), audit })),
  )
}

/** What is shown of an application: no hash of a secret. */
export function shownOf({ secretHash, previousSecretHash, ...shown }: Application) {
  return shown
}

/** Prints warnings beside the answer. */
export function warn(warnings: ApplicationFault[]): void {
  for (const { path, problem } of warnings) console.error(`Warning: ${path} ${problem}.`)
}
