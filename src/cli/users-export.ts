import { createWriteStream, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { PrismaTransferRows } from '../adapters/database/transfer-rows.js'
import { OperatorError } from '../errors.js'
import { exportPeople } from '../services/people-export.js'
import { withDatabase } from './operator-database.js'
import { printAll } from './print.js'

/** Writes everybody to a new file that its owner alone can read, or to standard output. @throws {OperatorError} */
export function exportUsers(path?: string): Promise<void> {
  return withDatabase(async ({ database, audit }) => {
    let people = 0
    async function* texts(): AsyncGenerator<string> {
      for await (const page of exportPeople(new PrismaTransferRows(database))) {
        people += page.people
        yield page.lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      }
    }
    await (path === undefined ? printAll(texts()) : writeAll(texts(), path))
    audit.accountsMoved('accounts_exported', { people })
    if (path !== undefined) console.log(`${people} people are in ${path}.`)
  })
}

async function writeAll(texts: AsyncIterable<string>, path: string): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  let isOurs = false
  file.once('open', () => {
    isOurs = true
  })
  try {
    await pipeline(texts, file)
  } catch (error) {
    // Half of it could be taken for all.
    if (isOurs) rmSync(path, { force: true })
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    if (error.code === 'EEXIST') throw new OperatorError(`There is a file ${path} already.`)
    throw new OperatorError(`${path} cannot be written (${error.code}).`)
  }
}
