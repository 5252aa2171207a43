import { describe, expect, it, onTestFinished } from 'vitest'
import { hoursBetween } from '../src/demo/history/calendar.js'
import { Dice } from '../src/demo/history/dice.js'
import { HISTORY_DAYS, makeHistory } from '../src/demo/history/history.js'
import { timesOf } from '../src/demo/history/journal.js'
import { writeHistory } from '../src/demo/history/write-history.js'
import { DAY, HOUR } from '../src/time.js'
import { makeDatabase } from './support/database.js'

const until = new Date('2026-11-26T06:30:00Z')
const SHANGHAI = 'Asia/Shanghai'
const session = { secrets: ['a-secret-for-tests'], idleTimeoutMs: 8 * HOUR, maxAgeMs: 7 * DAY }

function history(seed = 1) {
  const people = Array.from({ length: 20 }, (_, number) => ({
    ...{ id: `person-${number}`, number, isEngineer: number % 2 === 0, joinedAt: new Date(0) },
    leftAt: number === 19 ? new Date(until.getTime() - 20 * DAY) : undefined,
  }))
  return makeHistory({ dice: new Dice(seed), until, timeZone: SHANGHAI, people, idleTimeoutMs: session.idleTimeoutMs })
}

describe('the demo’s history', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(history()).toEqual(history())
    expect(history(2).records).not.toEqual(history(1).records)
  })

  it('lies within its ninety days, in the order of its ids', () => {
    const { records, figures } = history()
    const from = until.getTime() - (HISTORY_DAYS + 1) * DAY
    for (const { id, at } of records) {
      expect(at.getTime() > from && at < until).toBe(true)
      expect(id).toMatch(/^[0-9a-f]{24}$/)
      expect(Number.parseInt(id.slice(0, 12), 16)).toBe(at.getTime())
    }
    const ids = records.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(figures.filter(({ hour }) => hour.getTime() % HOUR !== 0 || hour > until)).toEqual([])
  })

  it('has hours that say what its records say', () => {
    const { records, figures } = history()
    const told = new Map<string, number>()
    for (const record of records) {
      const name = `${record.event} ${record.outcome ?? ''}`
      told.set(name, (told.get(name) ?? 0) + timesOf(record))
    }
    const counted = new Map<string, number>()
    for (const { name, detail, value } of figures.filter(
      ({ figure, name }) => figure === 'event' && name !== 'login_begun',
    ))
      counted.set(`${name} ${detail}`, (counted.get(`${name} ${detail}`) ?? 0) + value)
    expect([...counted].sort()).toEqual([...told].sort())
    const sum = (event: string) =>
      figures.reduce((n, f) => n + (f.figure === 'event' && f.name === event ? f.value : 0), 0)
    expect(sum('login_begun')).toBe(sum('login_succeeded') + sum('login_refused'))
  })

  it('peaks at nine on workdays, where its people are', () => {
    const { records } = history()
    const byHour = Array<number>(24).fill(0)
    let [workdays, weekends] = [0, 0]
    const logins = records.filter(({ event }) => event === 'login_succeeded')
    const local = new Map(
      hoursBetween(new Date(until.getTime() - HISTORY_DAYS * DAY), until, SHANGHAI).map((hour) => [
        hour.begin.getTime(),
        hour,
      ]),
    )
    for (const { at } of logins) {
      const { hour = 0, isWorkday } = local.get(Math.floor(at.getTime() / HOUR) * HOUR) ?? {}
      byHour[hour] = (byHour[hour] ?? 0) + 1
      if (isWorkday) workdays += 1
      else weekends += 1
    }
    expect(byHour.indexOf(Math.max(...byHour))).toBe(9)
    expect(workdays).toBeGreaterThan(10 * weekends)
  })

  it('has a bad morning, whose refusals name the setting to mend', () => {
    const refused = history().records.filter(
      ({ outcome, event }) => event === 'login_refused' && outcome === 'dingtalk_misconfigured',
    )
    expect(refused.length).toBeGreaterThan(5)
    expect(new Set(refused.map(({ details }) => details?.setting))).toEqual(
      new Set(['DINGTALK_APP_SECRET: the signature is refused']),
    )
    const times = refused.map(({ at }) => at.getTime())
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(3 * HOUR)
  })

  it('holds nothing that a spreadsheet takes for a formula', () => {
    const texts = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value]
        : value && typeof value === 'object'
          ? Object.values(value).flatMap(texts)
          : []
    expect(texts(history().records).filter((text) => /^[=+\-@\t\r]/.test(text))).toEqual([])
  })

  it('tells nothing of who has left, and leaves them no session', () => {
    const { records, sessions } = history()
    const leftAt = new Date(until.getTime() - 20 * DAY)
    const later = records.filter(({ userId, at }) => userId === 'person-19' && at > leftAt)
    expect(later).toEqual([])
    expect(sessions.filter(({ userId }) => userId === 'person-19')).toEqual([])
    expect(sessions.length).toBeGreaterThan(0)
  })
})

describe('the writer of the demo’s history', () => {
  async function write(database: { url: string }, now = until) {
    return writeHistory({ databaseUrl: database.url, session, timeZone: SHANGHAI, now })
  }

  it('writes it into the tables of the server, once however often it is asked', async () => {
    const database = await makeDatabase()
    onTestFinished(() => database.remove())
    const count = async (table: string) => Number((await database.sql(`SELECT count(*) AS n FROM "${table}"`))[0]?.n)
    const records = await write(database)
    expect(await count('AuditRecord')).toBe(records)
    const tables = ['AuditRecord', 'HourlyFigure', 'Session', 'User', 'Application', 'Administrator']
    const counts = await Promise.all(tables.map(count))
    expect(counts.every((n) => n > 0)).toBe(true)
    expect(await write(database, new Date(until.getTime() + DAY))).toBe(0)
    expect(await Promise.all(tables.map(count))).toEqual(counts)
  }, 60_000)

  it('keeps what has been counted, and whoever has been there', async () => {
    const database = await makeDatabase()
    onTestFinished(() => database.remove())
    await write(database)
    const [{ id, handle } = {}] = await database.sql(`SELECT id, handle FROM "User" WHERE nick = '张三'`)
    await database.sql('DELETE FROM "AuditRecord"')
    await database.sql(`DELETE FROM "HourlyFigure"`)
    await database.sql('DELETE FROM "Session"')
    await database.sql(
      `INSERT INTO "HourlyFigure" VALUES ('2026-11-26T01:00:00.000+00:00', 'event', 'login_succeeded', '', 1000000)`,
    )
    await write(database)
    const [kept] = await database.sql(`SELECT value FROM "HourlyFigure" WHERE value >= 1000000`)
    expect(Number(kept?.value)).toBeGreaterThan(1_000_000)
    expect(await database.sql(`SELECT id, handle FROM "User" WHERE nick = '张三'`)).toEqual([{ id, handle }])
  }, 60_000)
})
