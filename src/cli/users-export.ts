import { createWriteStream, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { PrismaTransferRows } from '../adapters/database/transfer-rows.js'
import { placeNewFile } from '../adapters/place-new-file.js'
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
export function exportUsers(target: string | undefined, json = false): Promise<void> {
  return withDatabase(async ({ database, audit }) => {
    let people = 0
    async function* pages(): AsyncGenerator<object[]> {
      for await (const page of exportPeople(new PrismaTransferRows(database))) {
        people += page.people
        yield page.lines
      }
    }
    if (target !== undefined) await writeAll(asLines(pages()), target)
    else await printAll(json ? asDocument(pages()) : asLines(pages()))
    audit.accountsMoved('accounts_exported', { people })
    const text = paint('done', `People in ${target}: ${people}`)
    if (target !== undefined) printResult({ text, json: { people, file: target } }, json)
  })
}

async function* asLines(pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((line) => `${JSON.stringify(line)}\n`).join('')
}

async function* asDocument(pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  yield* streamArray(pages)
  yield '\n'
}

/** The file gets its name when it is whole: half of it could be taken for all. */
async function writeAll(texts: AsyncIterable<string>, target: string): Promise<void> {
  const taken = new OperatorError(`There is a file ${target} already.`)
  if (existsSync(target)) throw taken
  const part = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.part`)
  try {
    await pipeline(texts, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }))
    if (!placeNewFile(part, target)) throw taken
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    throw new OperatorError(`${target} cannot be written (${error.code}).`)
  } finally {
    rmSync(part, { force: true })
  }
}
