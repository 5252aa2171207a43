import { existsSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import type { Database } from '../adapters/database/database.js'
import { openDatabase, sqliteFile } from '../adapters/database/open-database.js'
import { PrismaPeopleRows } from '../adapters/database/people-rows.js'
import { SqlSessionRows } from '../adapters/database/session-rows.js'
import { readDatabaseUrl } from '../config/config.js'
import { loadEnvFile } from '../config/env-file.js'
import { AppError, OperatorError } from '../errors.js'
import { createLogger } from '../log.js'
import { Audit } from '../services/audit.js'
import { PeopleAdmin } from '../services/people-admin.js'
import { peopleAsJson, peopleAsTable } from './list-people.js'
import { table } from './table.js'

const USAGE = `Usage: npm run users -- COMMAND [--json]

  list                 everybody who has ever logged in
  show NAME            one person and their sessions
  disable NAME         no login any more; ends their sessions
  enable NAME          may log in again
  end-sessions NAME    logs them out everywhere

NAME is a username, an id or a unionid. --json prints for programs.
Exit codes: 0 done, 1 not done, 2 wrong usage.`

class UsageError extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  const [command, name, ...rest] = positionals
  const database = await openExisting(readDatabaseUrl(process.env))
  try {
    const admin = adminOf(database)
    if (command === 'list' && name === undefined) {
      await print((values.json ? peopleAsJson : peopleAsTable)(admin.list()))
    } else {
      const result = await run(admin, command, name, rest)
      console.log(values.json ? JSON.stringify(result.json, null, 2) : result.text)
    }
  } finally {
    await database.close()
  }
}

function adminOf(database: Database): PeopleAdmin {
  return new PeopleAdmin({
    people: new PrismaPeopleRows(database),
    sessions: new SqlSessionRows(database),
    audit: new Audit({ log: createLogger('info', pino.destination(2)) }),
  })
}

/** Waits for whoever reads; one who has seen enough, such as `head`, ends it. */
async function print(texts: AsyncIterable<string>): Promise<void> {
  await pipeline(texts, process.stdout, { end: false }).catch((error: Error & { code?: string }) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** A command in the wrong folder must not make an empty file. */
function openExisting(databaseUrl: string): Promise<Database> {
  const file = sqliteFile(databaseUrl)
  if (file && !existsSync(file)) throw new OperatorError(`There is no database at ${file}: DATABASE_URL names it.`)
  return openDatabase(databaseUrl, { timeoutMs: 0 })
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : '')
  }
}

interface Result {
  text: string
  json: unknown
}

async function run(
  admin: PeopleAdmin,
  command: string | undefined,
  name: string | undefined,
  rest: string[],
): Promise<Result> {
  if (rest.length > 0) throw new UsageError('too many arguments')
  if (!name) throw new UsageError(command ? 'NAME is missing' : '')
  switch (command) {
    case 'show':
      return show(admin, name)
    case 'disable': {
      const { user, sessionsEnded } = await admin.disable(name)
      return { text: `${user.username} is disabled; sessions ended: ${sessionsEnded}`, json: { user, sessionsEnded } }
    }
    case 'enable': {
      const user = await admin.enable(name)
      return { text: `${user.username} may log in again`, json: { user } }
    }
    case 'end-sessions': {
      const { user, sessionsEnded } = await admin.endSessions(name)
      return { text: `${user.username}: sessions ended: ${sessionsEnded}`, json: { user, sessionsEnded } }
    }
    default:
      throw new UsageError(`there is no command ${command}`)
  }
}

async function show(admin: PeopleAdmin, name: string): Promise<Result> {
  const { user, sessions } = await admin.show(name)
  const facts = [
    ['username', user.username],
    ['nick', user.nick],
    ['id', user.id],
    ['unionid', user.unionId],
    ['first login', user.createdAt.toISOString()],
    ['last login', user.lastLoginAt.toISOString()],
    ['last found in the directory', user.membershipCheckedAt?.toISOString() ?? 'never asked'],
    ['state', user.disabledAt ? `disabled since ${user.disabledAt.toISOString()}` : 'enabled'],
  ]
  const rows = sessions.map((s) => [s.id, s.createdAt.toISOString(), s.lastSeenAt.toISOString(), s.ip, s.userAgent])
  return {
    json: { user, sessions },
    text: `${table([], facts)}\n\n${table(['SESSION', 'BEGUN', 'LAST SEEN', 'ADDRESS', 'BROWSER'], rows)}`,
  }
}

loadEnvFile(process.env)
main().catch((error: unknown) => {
  process.exitCode = error instanceof UsageError ? 2 : 1
  if (error instanceof UsageError) console.error([error.message, USAGE].filter(Boolean).join('\n\n'))
  else if (error instanceof OperatorError) console.error(error.message)
  else if (error instanceof AppError) console.error(`DATABASE_URL: ${error.detail}`)
  else console.error(error)
})
