import path from 'node:path'
import { SqlAuditRows } from '../../src/adapters/database/audit-rows.js'
import type { Database } from '../../src/adapters/database/database.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { idAt } from '../../src/services/audit-ids.js'
import type { AuditFilter } from '../../src/services/audit-trail.js'
import { DAY } from '../../src/time.js'
import { beginFilling, TRAIL_MS } from './filling.js'
import { Schema } from './schema.js'

const TURNS = 10
const SIZE = 50

/** How long a page took, in milliseconds. */
export interface PageTime {
  database: string
  page: string
  medianMs: number
  worstMs: number
}

/** What is asked of a trail of these many records. */
function questions(now: number): Record<string, { filter: AuditFilter; before?: string }> {
  const middle = idAt(now - TRAIL_MS / 2).padEnd(24, '0')
  return {
    'the latest': { filter: {} },
    'from the middle on': { filter: {}, before: middle },
    'a day half a year ago': { filter: { from: new Date(now - 170 * DAY), until: new Date(now - 169 * DAY) } },
    'a person': { filter: { userId: 'user-77' } },
    'an application, from the middle on': { filter: { application: 'app-1' }, before: middle },
    'an event that is rare': { filter: { events: ['group_changed'] } },
    'events that are common and rare': {
      filter: { events: ['login_succeeded', 'login_refused', 'application_entered', 'group_changed', 'group_added'] },
    },
    'an administrator': { filter: { administratorId: 'boss' } },
    'a person’s event that never was': { filter: { userId: 'user-77', events: ['group_changed', 'group_added'] } },
    'an application’s event that is common': { filter: { application: 'app-1', events: ['application_entered'] } },
    'an application’s events that are rare': {
      filter: { application: 'app-1', events: ['application_refused', 'group_changed'] },
    },
    'a pair that is common apart, and never together': {
      filter: { application: 'app-1', events: ['login_succeeded', 'session_ended'] },
    },
    'a person in an application on a day': {
      filter: {
        userId: 'user-77',
        application: 'app-1',
        from: new Date(now - 60 * DAY),
        until: new Date(now - 59 * DAY),
      },
    },
  }
}

/** Fills a database with records and asks for pages of each kind. */
async function timesOf(name: string, database: Database, now: number): Promise<PageTime[]> {
  const rows = new SqlAuditRows(database)
  const times: PageTime[] = []
  for (const [page, { filter, before }] of Object.entries(questions(now))) {
    const taken: number[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      const startedAt = performance.now()
      await rows.page(filter, { before, size: SIZE })
      taken.push(performance.now() - startedAt)
    }
    taken.sort((a, b) => a - b)
    times.push({ database: name, page, medianMs: taken[TURNS >> 1] ?? 0, worstMs: taken.at(-1) ?? 0 })
  }
  return times
}

async function onDatabase(name: string, databaseUrl: string, count: number, now: number): Promise<PageTime[]> {
  const filling = await beginFilling(databaseUrl)
  await filling.insertRecords(count, now)
  await filling.finish()
  const database = await openDatabase(databaseUrl)
  try {
    return await timesOf(name, database, now)
  } finally {
    await database.close()
  }
}

async function onPostgresql(server: string, count: number, now: number): Promise<PageTime[]> {
  await using schema = new Schema(server)
  return await onDatabase('PostgreSQL', schema.url, count, now)
}

/** How long pages take in a trail of these many records, on SQLite and, where there is one, on PostgreSQL. */
export async function measurePages(directory: string, count: number, postgresql: string | undefined) {
  const now = Date.now()
  const onSqlite = onDatabase('SQLite', `file:${path.join(directory, 'audit.db')}`, count, now)
  return [...(await onSqlite), ...(postgresql ? await onPostgresql(postgresql, count, now) : [])]
}
