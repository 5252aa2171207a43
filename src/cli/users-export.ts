import { createWriteStream, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { PrismaTransferRows } from '../adapters/database/transfer-rows.js'
import { OperatorError } from '../errors.js'
import { exportPeople } from '../services/people-export.js'
import { withDatabase } from './operator-database.js'
import { printAll, printResult } from './print.js'
import { streamArray } from './stream.js'
import { paint } from './style.js'

/**
 * Writes everybody as JSON lines to a new file that its owner alone can read, or to standard output: with `json` as one
 * document there. @throws {OperatorError}
 */
export function exportUsers(path: string | undefined, json = false): Promise<void> {
  return withDatabase(async ({ database, audit }) => {
    let people = 0
    async function* pages(): AsyncGenerator<object[]> {
      for await (const page of exportPeople(new PrismaTransferRows(database))) {
        people += page.people
        yield page.lines
      }
    }
    if (path !== undefined) await writeAll(asLines(pages()), path)
    else await printAll(json ? asDocument(pages()) : asLines(pages()))
    audit.accountsMoved('accounts_exported', { people })
    const text = paint('done', `People in ${path}: ${people}`)
    if (path !== undefined) printResult({ text, json: { people, file: path } }, json)
  })
}

async function* asLines(pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((line) => `${JSON.stringify(line)}\n`).join('')
}

async function* asDocument(pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  yield* streamArray(pages)
  yield '\n'
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
