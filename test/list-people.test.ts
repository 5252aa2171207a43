import { describe, expect, it } from 'vitest'
import { PrismaAdministratorRows } from '../src/adapters/database/administrator-rows.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { PrismaPeopleRows } from '../src/adapters/database/people-rows.js'
import { SqlSessionRows } from '../src/adapters/database/session-rows.js'
import { peopleAsJson, peopleAsTable } from '../src/cli/list-people.js'
import { createLogger } from '../src/log.js'
import { Administrators } from '../src/services/administrators.js'
import { Audit } from '../src/services/audit.js'
import { PeopleAdmin } from '../src/services/people-admin.js'
import { makeDatabase } from './support/database.js'
import { StatementRecorder } from './support/statements.js'
import { CleanUp } from './support/world.js'

const PEOPLE = 2600

interface Place extends AsyncDisposable {
  operator: PeopleAdmin
  recorder: StatementRecorder
}

/** A database of so many people, each with a session. */
async function createPlace(people: number): Promise<Place> {
  const cleanUp = new CleanUp()
  const place = await makeDatabase()
  cleanUp.defer(() => place.remove())
  const database = await openDatabase(place.url)
  cleanUp.defer(() => database.close())
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${people})`
  const time = "'2026-08-01T08:00:00.000+00:00'"
  if (people > 0) {
    await place.sql(`INSERT INTO "User" (id, "unionId", username, nick, "createdAt", "lastLoginAt")
      ${numbers} SELECT 'id-' || n, 'union-' || n, '人' || n, '人', ${time}, ${time} FROM numbers`)
    await place.sql(`INSERT INTO "Session" (id, "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", ip, "userAgent")
      ${numbers} SELECT 'id-' || n, 'hash-' || n, 'id-' || n, ${time}, ${time}, ${time}, '', '' FROM numbers`)
  }
  const recorder = new StatementRecorder()
  cleanUp.defer(() => recorder[Symbol.dispose]())
  const operator = new PeopleAdmin({
    people: new PrismaPeopleRows(database),
    sessions: new SqlSessionRows(database),
    administrators: new Administrators({ rows: new PrismaAdministratorRows(database), named: [] }),
    audit: new Audit({ log: createLogger('silent') }),
  })
  return { operator, recorder, [Symbol.asyncDispose]: () => cleanUp.run() }
}

const nobody = new Set<string>()

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const part of parts) text += part
  return text
}

describe('the list of many people', () => {
  it.each([
    ['a table', peopleAsTable],
    ['JSON', peopleAsJson],
  ])('is printed as %s while it is read', async (_, format) => {
    await using place = await createPlace(PEOPLE)
    const parts = format(place.operator.list(), nobody)
    expect((await parts.next()).value).toContain('人1')
    const forFirst = place.recorder.take().length
    await textOf(parts)
    expect(forFirst).toBeGreaterThan(0)
    expect(place.recorder.take().length).toBeGreaterThanOrEqual(5 * forFirst)
  })

  it('has everybody once, in either form', async () => {
    await using place = await createPlace(PEOPLE)
    const people = JSON.parse(await textOf(peopleAsJson(place.operator.list(), nobody)))
    expect(new Set(people.map(({ id }: { id: string }) => id)).size).toBe(PEOPLE)
    expect(people).toHaveLength(PEOPLE)
    expect(people[0]).toMatchObject({ sessions: 1, lastLoginAt: '2026-08-01T08:00:00.000Z' })
    const lines = (await textOf(peopleAsTable(place.operator.list(), nobody))).trimEnd().split('\n')
    expect(lines).toHaveLength(PEOPLE + 1)
    expect(lines.filter((line) => line.startsWith('USERNAME'))).toHaveLength(1)
  })

  it.each([0, 500, 1000])('ends well: %i people', async (count) => {
    await using place = await createPlace(count)
    const text = await textOf(peopleAsJson(place.operator.list(), nobody))
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    expect(JSON.parse(text)).toHaveLength(count)
    expect((await textOf(peopleAsTable(place.operator.list(), nobody))).trimEnd().split('\n')).toHaveLength(count + 1)
  })
})
