import { describe, expect, it, vi } from 'vitest'
import { PrismaAccessRows } from '../src/adapters/database/access-rows.js'
import { SqlAuditRows } from '../src/adapters/database/audit-rows.js'
import { SqlAuditStore } from '../src/adapters/database/audit-store.js'
import type { Database } from '../src/adapters/database/database.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { loadAuditTrail } from '../src/adapters/load-audit-trail.js'
import { AppError } from '../src/errors.js'
import { AccessPlans } from '../src/services/access-plans.js'
import { usualSettings } from '../src/services/application.js'
import { hashSecret } from '../src/services/application-secret.js'
import { Applications } from '../src/services/applications.js'
import { Audit } from '../src/services/audit.js'
import { RECORDS_PER_MINUTE } from '../src/services/audit-bounds.js'
import { entryOf } from '../src/services/audit-events.js'
import { AuditIds, idAt } from '../src/services/audit-ids.js'
import type { AuditEntry, AuditFilter, AuditRecord, HourlyFigure } from '../src/services/audit-trail.js'
import { AuditUpkeep } from '../src/services/audit-upkeep.js'
import { AuditWriter, MAX_WAITING } from '../src/services/audit-writer.js'
import { Groups } from '../src/services/groups.js'
import { DAY, HOUR, MINUTE } from '../src/time.js'
import { addApplication } from './support/applications.js'
import { makeDatabase, onPostgresql } from './support/database.js'
import { Outage } from './support/outage.js'
import { RelyingParty } from './support/relying-party.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

const PATIENT = { timeout: 20_000, interval: 50 }
const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

/** The records of the trail, the first one first, once there are as many. */
async function records(world: Pick<World, 'sql'>, count: number): Promise<Record<string, unknown>[]> {
  return vi.waitFor(async () => {
    const rows = await world.sql('SELECT * FROM "AuditRecord" ORDER BY "id"')
    expect(rows.length).toBeGreaterThanOrEqual(count)
    return rows
  }, PATIENT)
}

interface Place extends AsyncDisposable {
  database: Database
  rows: SqlAuditRows
  store: SqlAuditStore
  sql: World['sql']
}

/** A database with its tables, and nobody else on it. */
async function makePlace(): Promise<Place> {
  const place = await makeDatabase()
  const database = await openDatabase(place.url)
  return {
    database,
    rows: new SqlAuditRows(database),
    store: new SqlAuditStore(database),
    sql: (text) => place.sql(text),
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await place.remove()
    },
  }
}

const NOON = Date.UTC(2026, 10, 26, 12)
const ids = new AuditIds()

function recordAt(ms: number, given: Partial<AuditRecord> = {}): AuditRecord {
  const entry = entryOf('login_succeeded', {})
  return { ...entry, id: ids.next(ms), at: new Date(ms), ...given }
}

/** All pages, one after the other. */
async function allPages(rows: SqlAuditRows, filter: AuditFilter, size: number): Promise<AuditRecord[]> {
  const found: AuditRecord[] = []
  let before: string | undefined
  do {
    const page = await rows.page(filter, { before, size })
    expect(page.records.length).toBeLessThanOrEqual(size)
    found.push(...page.records)
    before = page.next
  } while (before !== undefined)
  return found
}

describe('the audit trail in the database', () => {
  it('counts no application that somebody makes up', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    await browser.get('/verify?app=made-up').expect(403)
    await vi.waitFor(async () => {
      const counted = await world.sql(`SELECT * FROM "HourlyFigure" WHERE "name" = 'application_refused'`)
      expect(counted).toHaveLength(1)
    }, PATIENT)
    expect(await world.sql(`SELECT * FROM "HourlyFigure" WHERE "figure" = 'application'`)).toEqual([])
    const [refused] = await world.sql(`SELECT * FROM "AuditRecord" WHERE "event" = 'application_refused'`)
    expect(refused).toMatchObject({ application: null, details: expect.stringContaining('made-up') })
  })

  it('has a record of each login, refusal and end, and only a count of those that were begun', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser
      .get(await browser.scan())
      .set('User-Agent', 'Browser/1.0')
      .expect(302)
    const { body } = await browser.get('/me').expect(200)
    await browser.post('/logout').expect(204)
    await world.browser().get('/callback?code=a&state=b').expect(400)
    const rows = await records(world, 3)
    expect(rows.map(({ event, outcome, userId }) => [event, outcome, userId])).toEqual([
      ['login_succeeded', null, body.id],
      ['session_ended', 'logout', body.id],
      ['login_refused', 'attempt_missing', null],
    ])
    expect(rows[0]).toMatchObject({ ip: '127.0.0.1', userAgent: 'Browser/1.0', requestId: expect.any(String) })
    const figures = await vi.waitFor(async () => {
      const found = await world.sql(`SELECT * FROM "HourlyFigure" WHERE "figure" = 'event' ORDER BY "name"`)
      expect(found.length).toBe(4)
      return found
    }, PATIENT)
    expect(figures.map(({ name, detail, value }) => [name, detail, value])).toEqual([
      ['login_begun', '', 1],
      ['login_refused', 'attempt_missing', 1],
      ['login_succeeded', '', 1],
      ['session_ended', 'logout', 1],
    ])
    const calls = await world.sql(`SELECT * FROM "HourlyFigure" WHERE "figure" = 'call' ORDER BY "name"`)
    expect(calls.map(({ name }) => name)).toEqual(['getbyunionid', 'gettoken', 'getuserinfo_bycode'])
    for (const { detail } of calls) expect(detail).toMatch(/^ok \d+$/)
  })

  it('writes nothing where it is kept for no time', async () => {
    await using place = await makePlace()
    const options = { database: place.database, log: SILENT }
    const none = await loadAuditTrail({ ...options, retentionMs: 0 })
    expect([none.writer, none.upkeep]).toEqual([undefined, undefined])
    none.calls.dingtalkCall('gettoken', 'ok', 5)
    await none.close()
    expect(await place.sql('SELECT * FROM "HourlyFigure"')).toEqual([])
    await using world = await createWorld({ AUDIT_RETENTION: '0' })
    using recorder = new StatementRecorder()
    await world.browser().logIn()
    await world.close()
    expect(recorder.batches).toEqual([])
  })

  it('costs a login one statement for its record, and some for the counts, when it is over', async () => {
    await using world = await createWorld()
    using recorder = new StatementRecorder()
    await world.browser().logIn()
    await world.close()
    const tables = recorder.batches.map((text) => /INTO (?:\S+\.)?"(\w+)"/.exec(text)?.[1])
    expect(tables.filter((table) => table === 'AuditRecord')).toHaveLength(1)
    // login_begun, login_succeeded and three calls to DingTalk.
    expect(tables.filter((table) => table === 'HourlyFigure')).toHaveLength(5)
  })

  it('costs a login of an application one record and two counts, and nothing where the person is asked for', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    await addApplication(world)
    await addApplication(world, { id: 'wiki', kind: 'proxy', redirectUris: [], secretHash: null })
    const party = new RelyingParty(world)
    const { accessToken } = await party.enter(browser)
    await party.userinfo(accessToken)
    await browser.get('/verify?app=wiki').expect(204)
    await world.close()
    const entered = await world.sql(`SELECT "application" FROM "AuditRecord" WHERE "event" <> 'login_succeeded'`)
    expect(entered).toEqual([{ application: 'app' }])
    const figures = `SELECT "figure", "name" FROM "HourlyFigure" WHERE 'application_entered' IN ("name", "detail")`
    expect(await world.sql(`${figures} ORDER BY "figure"`)).toEqual([
      { figure: 'application', name: 'app' },
      { figure: 'event', name: 'application_entered' },
    ])
  })

  it('is written by one statement for 64 records where there are many', async () => {
    await using place = await makePlace()
    const writer = new AuditWriter({ store: place.store, log: SILENT })
    using recorder = new StatementRecorder()
    for (let index = 0; index < 256; index++) writer.record(entryOf('login_succeeded', { userId: 'u' }))
    await writer.close(5000)
    const tables = recorder.batches.map((text) => /INTO (?:\S+\.)?"(\w+)"/.exec(text)?.[1])
    expect(tables).toEqual([...Array(4).fill('AuditRecord'), 'HourlyFigure'])
  })

  it('has what was still waiting when the server stops', async () => {
    await using world = await createWorld()
    await world.browser().logIn()
    await world.close()
    expect(await world.sql('SELECT "event" FROM "AuditRecord"')).toEqual([{ event: 'login_succeeded' }])
  })

  it('is one for several processes, whose counts add up', async () => {
    await using world = await createWorld()
    const other = await world.anotherServer()
    await world.browser().logIn()
    await other.browser().logIn()
    await world.close()
    expect(await world.sql('SELECT "event" FROM "AuditRecord"')).toHaveLength(2)
    const [figure] = await world.sql(`SELECT "value" FROM "HourlyFigure" WHERE "name" = 'login_succeeded'`)
    expect(figure).toEqual({ value: 2 })
  })

  it('never holds up a login by a database that takes no record, and has it later', async () => {
    await using world = await createWorld()
    const allow = await world.database.forbid('INSERT', 'AuditRecord')
    await world.browser().logIn()
    await vi.waitFor(() => expect(JSON.stringify(world.log)).toContain('could not be written'), PATIENT)
    await allow()
    await world.browser().logIn()
    await world.close()
    // What the database itself refused is lost, and said to be.
    const rows = await world.sql('SELECT "event", "details" FROM "AuditRecord" ORDER BY "event"')
    expect(rows.map(({ event }) => event)).toEqual(expect.arrayContaining(['login_succeeded']))
  })

  it.runIf(onPostgresql)('goes on through an outage of the database: what happened meanwhile comes later', async () => {
    const place = await makeDatabase()
    await using outage = await Outage.before(place.url)
    {
      await using world = await createWorld({ DATABASE_URL: outage.url })
      outage.cut()
      await world.browser().get('/callback?code=a&state=b').expect(400)
      await vi.waitFor(() => expect(JSON.stringify(world.log)).toContain('the audit trail waits'), PATIENT)
      outage.mend()
      const [row] = await records(place, 1)
      expect(row).toMatchObject({ event: 'login_refused', outcome: 'attempt_missing' })
    }
    await place.remove()
  })
})

describe('what waits for the database', () => {
  /** A store that is away until it is told. */
  class AwayStore {
    isAway = true
    readonly written: AuditRecord[] = []
    readonly figures: HourlyFigure[] = []
    readonly tries: number[] = []

    async insert(records: AuditRecord[]): Promise<void> {
      this.tries.push(records.length)
      if (this.isAway) throw new AppError('service_unavailable')
      if (records.some(({ userId }) => userId === 'refused')) throw new Error('no')
      this.written.push(...records)
    }

    async add(figures: HourlyFigure[]): Promise<void> {
      if (this.isAway) throw new AppError('service_unavailable')
      this.figures.push(...figures)
    }
  }

  const entry = entryOf('login_succeeded', { userId: 'u' })

  it('is bounded: what is too much is counted, said, and told by a record once it is back', async () => {
    const store = new AwayStore()
    const lines: string[] = []
    const note = (_: object, message: string) => void lines.push(message)
    const dropped: number[] = []
    const metrics = { auditDropped: (count: number) => void dropped.push(count) }
    const writer = new AuditWriter({ store, log: { warn: note, error: note }, metrics })
    for (let index = 0; index < MAX_WAITING + 7; index++) writer.record(entry)
    expect(dropped).toEqual(Array(7).fill(1))
    expect(lines).toEqual(['the audit trail loses records: the log has them'])
    store.isAway = false
    await vi.waitFor(() => expect(store.written.length).toBe(MAX_WAITING + 1), PATIENT)
    expect(store.written.at(-1)).toMatchObject({ event: 'audit_dropped', details: { count: 7 } })
    await writer.close(1000)
    const sum = store.figures
      .filter(({ name }) => name === 'login_succeeded')
      .reduce((all, { value }) => all + value, 0)
    expect(sum).toBe(MAX_WAITING + 7)
  })

  it('is tried again, and said to be lost where the stop comes first', async () => {
    const store = new AwayStore()
    const lines: [object, string][] = []
    const note = (fields: object, message: string) => void lines.push([fields, message])
    const writer = new AuditWriter({ store, log: { warn: note, error: note } })
    writer.record(entry)
    await writer.close(1000)
    expect(store.tries).toEqual([1])
    expect(lines.at(-1)).toEqual([{ count: 1 }, 'records of the audit trail are lost: the log has them'])
  })

  it('does not wait behind a record that the database refuses', async () => {
    const store = new AwayStore()
    store.isAway = false
    const writer = new AuditWriter({ store, log: SILENT })
    for (const userId of ['a', 'refused', 'b', 'c']) writer.record({ ...entry, userId })
    await writer.close(1000)
    expect(store.written.map(({ event, userId }) => userId ?? event)).toEqual(['a', 'b', 'c', 'audit_dropped'])
  })

  it('has so many refusals of strangers a minute at most, and those of people beside them', async () => {
    const store = new AwayStore()
    store.isAway = false
    let now = NOON
    const writer = new AuditWriter({ store, log: SILENT, now: () => now })
    const refusal = entryOf('login_refused', { code: 'attempt_missing' })
    for (let index = 0; index < 2 * RECORDS_PER_MINUTE; index++) writer.record(refusal)
    writer.record({ ...refusal, userId: 'u' })
    now += MINUTE
    writer.record(refusal)
    await writer.close(1000)
    expect(store.written).toHaveLength(RECORDS_PER_MINUTE + 2)
    expect(store.figures.filter(({ figure }) => figure === 'event')).toEqual([
      expect.objectContaining({ detail: 'attempt_missing', value: 2 * RECORDS_PER_MINUTE + 2 }),
    ])
  })

  it('is short, whatever came', async () => {
    const store = new AwayStore()
    store.isAway = false
    const writer = new AuditWriter({ store, log: SILENT })
    const long = `\0${'x'.repeat(100_000)}`
    writer.record({ ...entry, userAgent: long, ip: long, details: { after: long } })
    await writer.close(1000)
    const [record] = store.written
    expect(JSON.stringify(record).length).toBeLessThan(40_000)
    expect(record?.ip).toMatch(/^x{255}$/)
  })

  it.each([
    ['long', 'x'.repeat(100_000), /^x{256}$/, /^x{100}$/],
    ['with NUL', 'a\0b', /^ab$/, /^ab$/],
    ['short', 'ab', /^ab$/, /^ab$/],
  ])('has each text and each name of a figure as both databases take it: %s', async (_, text, kept, counted) => {
    const store = new AwayStore()
    store.isAway = false
    const writer = new AuditWriter({ store, log: SILENT })
    writer.record({ ...entry, ip: text, outcome: text })
    await writer.close(1000)
    expect(store.written).toEqual([
      expect.objectContaining({ ip: expect.stringMatching(kept), outcome: expect.stringMatching(kept) }),
    ])
    const [figure] = store.figures.filter((one) => one.figure === 'event')
    expect(figure?.detail).toMatch(counted)
  })
})

describe('an event', () => {
  it('says who did it in the console, from where, and what was changed', async () => {
    const entries: AuditEntry[] = []
    const lines: object[] = []
    const log = { ...SILENT, info: (fields: object) => void lines.push(fields) }
    const trail = { record: (one: AuditEntry) => void entries.push(one), count: () => {}, countCall: () => {} }
    const client = { requestId: 'r', ip: '192.0.2.1', userAgent: 'Browser/1.0' }
    const audit = new Audit({ log, trail }).as({ administratorId: 'boss', client })
    audit.accountDisabled('u', 'left for good')
    audit.applicationChanged('grafana', { before: { name: 'a' }, after: { name: 'b' } })
    const by = { administratorId: 'boss', requestId: 'r', ip: '192.0.2.1', userAgent: 'Browser/1.0' }
    expect(entries).toEqual([
      expect.objectContaining({ event: 'account_disabled', userId: 'u', details: { why: 'left for good' }, ...by }),
      expect.objectContaining({
        ...{ event: 'application_changed', application: 'grafana', ...by },
        details: { before: { name: 'a' }, after: { name: 'b' } },
      }),
    ])
    expect(lines).toEqual([
      { event: 'account_disabled', userId: 'u', ...by },
      { event: 'application_changed', application: 'grafana', fields: 'name', ...by },
    ])
  })

  it('of applications and groups has both sides of a change, and never a secret or its hash', async () => {
    await using place = await makePlace()
    const writer = new AuditWriter({ store: place.store, log: SILENT })
    const options = { rows: new PrismaAccessRows(place.database), audit: new Audit({ log: SILENT, trail: writer }) }
    const groups = new Groups(options)
    const applications = new Applications(options)
    const rules = { departments: [], roles: [], userids: ['zhangsan'], groups: [] }
    await groups.add('ops', rules)
    await groups.change('ops', { roles: [7] })
    const settings = { ...usualSettings, name: 'Grafana', redirectUris: ['https://grafana.example.com/callback'] }
    const { secret } = await applications.add('grafana', settings, { allowHttp: false })
    await applications.change('grafana', { access: ['ops'] }, { allowHttp: false })
    const rotated = await applications.rotateSecret('grafana', { endOld: false })
    const plans = new AccessPlans(options)
    const wanted = { applications: [], groups: [] }
    await plans.carryOut(await plans.make(wanted, { prune: true }))
    await writer.close(5000)
    const { records: found } = await place.rows.page({}, { size: 20 })
    expect(found.map(({ event, application, details }) => [event, application, details]).reverse()).toEqual([
      ['group_added', null, { group: 'ops', after: rules }],
      ['group_changed', null, { group: 'ops', before: { roles: [] }, after: { roles: [7] } }],
      ['application_added', 'grafana', { after: settings }],
      ['application_changed', 'grafana', { before: { access: 'everyone' }, after: { access: ['ops'] } }],
      ['application_secret_rotated', 'grafana', { endOld: false }],
      ['group_removed', null, { group: 'ops', before: { ...rules, roles: [7] } }],
      ['application_removed', 'grafana', { before: { ...settings, access: ['ops'] } }],
    ])
    const text = JSON.stringify(await place.sql('SELECT * FROM "AuditRecord"'))
    for (const one of [secret, rotated.secret]) {
      expect(text).not.toContain(one)
      expect(text).not.toContain(hashSecret(one ?? ''))
    }
    const figures = await place.rows.figures('application', new Date(0))
    expect(figures.map(({ name, detail, value }) => `${name} ${detail} ${value}`)).toEqual(
      expect.arrayContaining(['grafana application_added 1', 'grafana application_removed 1']),
    )
  })
})

describe('a page of the trail', () => {
  it('has the latest first, and all pages together have each record once: equal times, new ones and all', async () => {
    await using place = await makePlace()
    const few = Array.from({ length: 25 }, (_, index) => recordAt(NOON + (index >> 3)))
    await place.store.insert(few)
    const first = await place.rows.page({}, { size: 10 })
    await place.store.insert([recordAt(NOON + DAY), recordAt(NOON + DAY)])
    const rest: AuditRecord[] = []
    let before = first.next
    while (before !== undefined) {
      const page = await place.rows.page({}, { before, size: 10 })
      rest.push(...page.records)
      before = page.next
    }
    expect([...first.records, ...rest]).toEqual([...few].reverse())
  })

  it('finds what every filter wants, however it is combined', async () => {
    await using place = await makePlace()
    const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] ?? null
    const events = ['login_succeeded', 'login_refused', 'application_entered']
    const all = Array.from({ length: 400 }, (_, index) =>
      recordAt(NOON + Math.floor(index / 3) * 1000, {
        event: pick(events) ?? '',
        userId: pick(['u', 'v', null]),
        application: pick(['grafana', 'gitlab', null]),
        administratorId: pick(['boss', null]),
        details: pick([null, { fields: '好 🙂' }]),
      }),
    )
    await place.store.insert(all)
    for (let round = 0; round < 40; round++) {
      const filter: AuditFilter = {
        userId: pick(['u', 'v', undefined, undefined]) ?? undefined,
        application: pick(['grafana', undefined, undefined]) ?? undefined,
        administratorId: pick(['boss', undefined, undefined]) ?? undefined,
        events: pick([undefined, ['login_refused'], events.slice(0, 2), []]) ?? undefined,
        from: pick([undefined, new Date(NOON + 20_000)]) ?? undefined,
        until: pick([undefined, new Date(NOON + 90_000)]) ?? undefined,
      }
      const expected = all.filter(
        (record) =>
          (filter.userId === undefined || record.userId === filter.userId) &&
          (filter.application === undefined || record.application === filter.application) &&
          (filter.administratorId === undefined || record.administratorId === filter.administratorId) &&
          (filter.events === undefined || filter.events.includes(record.event)) &&
          (filter.from === undefined || record.at >= filter.from) &&
          (filter.until === undefined || record.at < filter.until),
      )
      const size = pick([1, 7, 50, 500]) ?? 1
      expect(await allPages(place.rows, filter, size), JSON.stringify(filter)).toEqual(expected.reverse())
    }
  })

  it('comes to its end after some thousand records, says where to go on, and goes by what is rarest', async () => {
    await using place = await makePlace()
    const common = { userId: 'busy', application: 'grafana' }
    const rare = recordAt(NOON, { ...common, administratorId: 'boss' })
    const others = Array.from({ length: 2500 }, (_, index) => recordAt(NOON + index + 1, common))
    const both = [recordAt(NOON + 1, { userId: 'busy' }), recordAt(NOON + 2, { application: 'grafana' })]
    await place.store.insert([rare, ...others, ...both])
    // Each of the two is common, and both together have never been.
    const filter = { userId: 'busy', events: ['group_added'], application: 'gitlab' }
    expect(await place.rows.page(filter, { size: 10 })).toEqual({ records: [], next: undefined })
    expect(await place.rows.page({ ...common, administratorId: 'boss' }, { size: 10 })).toEqual({
      records: [rare],
      next: undefined,
    })
    const away = Array.from({ length: 2500 }, (_, index) => recordAt(NOON + DAY + index, { userId: 'busy' }))
    const there = Array.from({ length: 2500 }, (_, index) => recordAt(NOON + DAY + index, { application: 'grafana' }))
    await place.store.insert([...away, ...there])
    const page = await place.rows.page(common, { size: 10 })
    expect(page).toEqual({ records: [], next: expect.any(String) })
    expect(await allPages(place.rows, common, 100)).toEqual([...others].reverse().concat(rare))
  })

  it('begins nowhere that no page ended', async () => {
    await using place = await makePlace()
    await expect(place.rows.page({}, { before: "'; --", size: 1 })).rejects.toMatchObject({ code: 'bad_request' })
    expect(await place.rows.page({ userId: 'a\0b' }, { size: 1 })).toEqual({ records: [], next: undefined })
  })
})

describe('upkeep', () => {
  it('removes what is older than AUDIT_RETENTION, some at a time, and leaves the rest', async () => {
    await using place = await makePlace()
    const kept = recordAt(NOON - DAY + 1000)
    const old = Array.from({ length: 250 }, (_, index) => recordAt(NOON - DAY - 1 - index))
    await place.store.insert([...old, kept])
    const figure = { figure: 'event' as const, name: 'login_begun', detail: '', value: 2 }
    await place.store.add([
      { ...figure, hour: new Date(NOON - 2 * DAY) },
      { ...figure, hour: new Date(NOON) },
    ])
    const writer = new AuditWriter({ store: place.store, log: SILENT })
    const options = { store: place.store, writer, retentionMs: DAY, now: () => NOON }
    const upkeep = new AuditUpkeep(options)
    const steps: number[] = []
    while (steps.at(-1) !== 0) steps.push(await upkeep.removeOver())
    expect(Math.max(...steps)).toBeLessThanOrEqual(20)
    expect(steps.reduce((sum, step) => sum + step)).toBe(251)
    expect((await place.rows.page({}, { size: 10 })).records).toEqual([kept])
    expect(await place.rows.figures('event', new Date(0))).toEqual([{ ...figure, hour: new Date(NOON) }])
  })

  it('counts the people who are signed in, each once, and keeps the most of an hour', async () => {
    await using world = await createWorld()
    const [desk, phone] = [world.browser(), world.browser()]
    await desk.logIn()
    await phone.logIn()
    await world.browser().logIn('lisi')
    const database = await openDatabase(world.database.url)
    const store = new SqlAuditStore(database)
    const writer = new AuditWriter({ store, log: SILENT })
    const rows = new SqlAuditRows(database)
    // More than one step looks at, though they are one person's: who is signed in by the last of them counts as well.
    await world.sql(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
       INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent")
       SELECT 'old-' || CAST(i AS TEXT), 'old-' || CAST(i AS TEXT), s."userId", s."createdAt", s."lastSeenAt", s."createdAt", s."ip", s."userAgent"
       FROM n, (SELECT * FROM "Session" LIMIT 1) AS s`,
    )
    const { people, last } = await store.countPeople('')
    expect(last).toBeDefined()
    expect(people + (await store.countPeople(last ?? '')).people).toBe(2)
    const upkeep = new AuditUpkeep({ store, writer, retentionMs: DAY })
    await upkeep.countPeople(async () => {})
    await upkeep.countPeople(async () => {})
    await writer.close(5000)
    const now = Date.now()
    await store.add([{ hour: new Date(now - (now % HOUR)), figure: 'signed_in', name: 'people', detail: '', value: 1 }])
    const counted = await rows.figures('signed_in', new Date(0))
    expect(counted.map(({ value }) => value)).toContain(2)
    await database.close()
  })

  if (onPostgresql) console.log('skipped: counting people by an index alone; the plan is read as SQLite writes it')
  it.skipIf(onPostgresql)('counts them by an index alone', async () => {
    await using place = await makePlace()
    using recorder = new StatementRecorder()
    await place.store.countPeople('')
    const [count] = recorder.take()
    const plan = await place.sql(`EXPLAIN QUERY PLAN ${count?.replaceAll('?', "''")}`)
    const looks = plan.map(({ detail }) => String(detail)).filter((detail) => /Session/.test(detail))
    expect(looks).toHaveLength(3)
    for (const look of looks) expect(look).toMatch(/USING COVERING INDEX Session_userId_idx/)
  })

  it('makes ids in the order of time', () => {
    const made = Array.from({ length: 100 }, (_, index) => new AuditIds().next(NOON + index))
    expect(made).toEqual([...made].sort())
    const same = Array.from({ length: 100 }, () => ids.next(NOON))
    expect(same).toEqual([...same].sort())
    expect(new Set(same).size).toBe(100)
    for (const id of [...made, ...same]) expect(id).toMatch(/^[0-9a-f]{24}$/)
    expect(idAt(NOON) <= (made[0] ?? '')).toBe(true)
  })
})
