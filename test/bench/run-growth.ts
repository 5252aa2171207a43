import { copyFile, rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { SqlAuditRows } from '../../src/adapters/database/audit-rows.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { SECOND } from '../../src/time.js'
import type { Bench, Measured } from './bench.js'
import { beginFilling } from './filling.js'
import { operations, type Sized } from './growth.js'
import type { Grown, Growth } from './growth-report.js'
import { listPeople } from './list-people.js'
import { ADMINISTRATOR } from './operations.js'
import { departmentsOf, fill, type Size } from './organisation.js'
import { unionIdOf } from './people.js'
import { COMPILED, Program } from './program.js'
import { interleave, runRound } from './rounds.js'
import { Schema } from './schema.js'
import { Site } from './site.js'
import { expireThird, measureSweep, SWEEP_SETTINGS } from './sweep.js'

const SMALL: Size = { people: 1000, sessions: 3000, records: 10_000, applications: 20, groups: 40 }
const LARGE: Size = { people: 1_000_000, sessions: 3_000_000, records: 10_000_000, applications: 500, groups: 2000 }
/** The same amount in both, however slow the moment is: code that has run less often has been optimised less. */
const OPERATIONS_PER_MS = 0.5
/** Few enough that what is measured is not the wait for the others. */
const BROWSERS = 4
/** What the name of a copy ends with in which nothing is over. */
const CALM = '.calm'
const SETTINGS = { DINGTALK_PROFILE: 'directory', ADMINS: unionIdOf(ADMINISTRATOR) }

/** A part of the large one, which is at least twice the small one. */
function largeOf(scale: number): Size {
  const part = (name: keyof Size) => Math.max(2 * SMALL[name], Math.ceil(LARGE[name] * scale))
  return {
    people: part('people'),
    sessions: part('sessions'),
    records: part('records'),
    applications: part('applications'),
    groups: part('groups'),
  }
}

/** A database that was filled, and what stands around it. */
interface Filled extends Sized {
  url: string
  dingtalk: Program
  schema: Schema | undefined
}

/** What an operation costs in a small and in a large database, and requests while much is removed. */
export async function runGrowth(bench: Bench): Promise<Measured> {
  const growth: Growth = { operations: [], listings: [], sweep: undefined }
  for (const database of process.env.TEST_DATABASE_URL ? (['SQLite', 'PostgreSQL'] as const) : (['SQLite'] as const)) {
    const filled: Filled[] = []
    try {
      for (const size of [SMALL, largeOf(bench.scale)]) filled.push(await prepare(bench, database, size))
      for (const { url } of filled) await untilPeopleAreCounted(url)
      for (const name of Object.keys(operations)) growth.operations.push(...(await measure(bench, name, filled)))
      for (const { url } of filled) growth.listings.push(await listPeople(database, url))
      const large = filled.pop()
      if (large && database === 'SQLite') growth.sweep = await sweep(bench, large)
      else if (large) await remove(large)
    } finally {
      for (const one of filled) await remove(one)
    }
  }
  return { growth }
}

async function prepare(bench: Bench, database: Grown['database'], size: Size): Promise<Filled> {
  const { directory, say } = bench
  say(`${database}: filling a database with ${size.people} people`)
  const schema = database === 'PostgreSQL' ? new Schema(String(process.env.TEST_DATABASE_URL)) : undefined
  const databaseName = `${size.people}-of-${database}.db`
  const url = schema?.url ?? `file:${directory}/${databaseName}`
  await fill(await beginFilling(url), size)
  const env = { DEPARTMENTS: String(departmentsOf(size)) }
  const { program: dingtalk } = await Program.start(`${COMPILED}/dingtalk.js`, {
    ...bench,
    env,
    cwd: directory,
  })
  const site = await start(bench, { database, size, url, dingtalk, schema })
  return { database, size, url, dingtalk, schema, site }
}

function start(
  bench: Bench,
  { schema, dingtalk, size, database }: Omit<Filled, 'site'>,
  settings = {},
  copy = '',
): Promise<Site> {
  const databaseName = `${size.people}-of-${database}.db${copy}`
  const options = { ...bench, dingtalk, databaseName, settings: { ...SETTINGS, ...settings } }
  return Site.start(schema ? { ...options, name: 'server-postgresql', schema } : { ...options, name: 'server' })
}

/** A minute after its start a server begins to count all who are signed in, which is no part of any operation. */
async function untilPeopleAreCounted(url: string): Promise<void> {
  const database = await openDatabase(url)
  try {
    while ((await new SqlAuditRows(database).figures('signed_in', new Date(0))).length === 0) await wait(SECOND)
  } finally {
    await database.close()
  }
}

async function measure(bench: Bench, operation: string, filled: readonly Filled[]): Promise<Grown[]> {
  const { rounds, durationMs, say } = bench
  say(operation)
  const prepared = []
  for (const sized of filled) prepared.push({ sized, work: await operations[operation]?.(sized) })
  const results = await interleave(prepared, rounds, async ({ sized, work }, lengths) => {
    if (!work) throw new Error(`there is no operation ${operation}`)
    const amount = Math.ceil(durationMs * OPERATIONS_PER_MS * lengths)
    return runRound(sized.site, work, { browsers: BROWSERS, durationMs: Number.POSITIVE_INFINITY, operations: amount })
  })
  return results.map(({ server: { sized }, opsPerSecond, p50Ms, cpuMs }) => {
    const { database, size } = sized
    return { database, operation, people: size.people, opsPerSecond, p50Ms, cpuMs }
  })
}

/** Starts the server anew on a database of which much is over, and another one on a copy of which nothing is. */
async function sweep(bench: Bench, large: Filled) {
  bench.say('the removal of a third of the sessions')
  await large.site.stop()
  const { databaseFile } = large.site
  const calmFile = databaseFile + CALM
  await copyFile(databaseFile, calmFile)
  expireThird(databaseFile)
  const startedAt = Date.now()
  const site = await start(bench, large, SWEEP_SETTINGS)
  try {
    await using calm = await start(bench, large, {}, CALM)
    return await measureSweep({ ...large, site }, calm, startedAt)
  } finally {
    await remove({ ...large, site })
    await rm(calmFile)
  }
}

async function remove({ site, dingtalk, schema }: Filled): Promise<void> {
  await site[Symbol.asyncDispose]()
  await dingtalk[Symbol.asyncDispose]()
  await schema?.[Symbol.asyncDispose]()
}
