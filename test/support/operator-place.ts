import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PrismaAccessRows } from '../../src/adapters/database/access-rows.js'
import { SqlApplicationRows } from '../../src/adapters/database/application-rows.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import type { AccessRows } from '../../src/services/access.js'
import { runCompiled } from './command.js'
import { makeDatabase, type TestDatabase } from './database.js'
import { CleanUp } from './world.js'

interface Answer {
  exitCode: number | string
  /** On both outputs. */
  output: string
  /** Without audit lines and warnings. */
  printed: string
}

/** Where an operator works on applications and groups: a database, and a directory in which commands run. */
export interface Place extends AsyncDisposable {
  database: TestDatabase
  directory: string
  /** As a server that is running reads them. */
  server: SqlApplicationRows
  /** As operators change them. */
  rows: AccessRows
  /** `dingtalk-login apps …`, in the directory. */
  apps(...args: string[]): Promise<Answer>
  /** The same with --json. */
  json(...args: string[]): Promise<ReturnType<JSON['parse']>>
  /** `dingtalk-login groups …`. */
  groups(...args: string[]): Promise<Answer>
  /** The same with --json. */
  groupsJson(...args: string[]): Promise<ReturnType<JSON['parse']>>
  /** `dingtalk-login users …`. */
  users(...args: string[]): Promise<Answer>
  write(file: string, text: string | Buffer): string
}

export async function createPlace(): Promise<Place> {
  const cleanUp = new CleanUp()
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  const opened = await openDatabase(database.url)
  cleanUp.defer(() => opened.close())
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  cleanUp.defer(() => rmSync(directory, { recursive: true }))
  const env = { DATABASE_URL: database.url, PUBLIC_URL: 'https://login.example.com' }
  const run = async (name: 'apps' | 'groups' | 'users', args: string[]) => {
    await using command = runCompiled(name, { env, args, cwd: directory })
    const exitCode = await command.ended()
    const printed = command.output.split('\n').filter((line) => !/^(\{"level"|\{"warning"|Warning: )/.test(line))
    return { exitCode, output: command.output, printed: printed.join('\n') }
  }
  return {
    database,
    directory,
    server: new SqlApplicationRows(opened),
    rows: new PrismaAccessRows(opened),
    apps: (...args) => run('apps', args),
    json: async (...args) => JSON.parse((await run('apps', [...args, '--json'])).printed),
    groups: (...args) => run('groups', args),
    groupsJson: async (...args) => JSON.parse((await run('groups', [...args, '--json'])).printed),
    users: (...args) => run('users', args),
    write: (file, text) => {
      writeFileSync(path.join(directory, file), text)
      return path.join(directory, file)
    },
    [Symbol.asyncDispose]: () => cleanUp.run(),
  }
}
