import { SqlHandleRows } from '../adapters/database/handle-rows.js'
import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { PrismaTransferRows } from '../adapters/database/transfer-rows.js'
import { type Imported, PeopleImport } from '../services/people-import.js'
import { withDatabase } from './operator-database.js'
import { administratorsOf, adminOf } from './people-admin.js'
import { readPeople } from './people-file.js'
import { printResult } from './print.js'

interface Options {
  dryRun?: boolean
  json?: boolean
}

/** Brings the people of a file in, or says what it would do. @throws {OperatorError} with all that is wrong in it */
export function importUsers(path: string, { dryRun = false, json = false }: Options): Promise<void> {
  return withDatabase(async (tools) => {
    const { database, audit } = tools
    const imports = new PeopleImport({
      rows: new PrismaTransferRows(database),
      handles: new SqlHandleRows(database),
      promises: new PrismaPeopleRows(database),
      people: adminOf(tools),
      administrators: administratorsOf(database),
      audit,
    })
    const plan = await imports.plan(readPeople(path))
    const numbers = dryRun ? PeopleImport.count(plan) : await imports.carryOut(plan)
    printResult({ text: textOf(numbers, dryRun), json: { dryRun, ...numbers } }, json)
  })
}

function textOf({ added, changed, promised, known }: Imported, dryRun: boolean): string {
  return [
    `${dryRun ? 'would be added' : 'added'}: ${added}`,
    `changed: ${changed}`,
    `handles promised, and names kept from everybody: ${promised}`,
    `as they were: ${known}`,
    ...(dryRun ? ['Nothing was changed.'] : []),
  ].join('\n')
}
