import { oapiErrors } from '../../adapters/dingtalk/error-table.js'
import type { AuditRecord, HourlyFigure } from '../../services/audit-trail.js'
import { DAY, HOUR } from '../../time.js'
import { hoursBetween, type LocalHour, loginChance } from './calendar.js'
import { tellChanges } from './changes.js'
import type { Dice } from './dice.js'
import { noteFailedCall } from './dingtalk-calls.js'
import { Figures } from './figures.js'
import { Journal } from './journal.js'
import { type HistoryPerson, type HistorySession, Logins } from './logins.js'

export const HISTORY_DAYS = 90
/** So many days ago DingTalk's secret was wrong for a morning, or on the workday before. */
const BAD_DAY_AGO = 11
const BAD_HOURS = [8, 9, 10]
/** DingTalk's number for a signature that does not fit the secret. */
const BAD_SIGNATURE = 853_004
/** Somebody has logged in lately, even where it is night. */
const LATELY = { hours: 6, chance: 0.05 }

interface Options {
  dice: Dice
  /** The present. */
  until: Date
  timeZone: string
  /** The first one is the administrator. */
  people: readonly HistoryPerson[]
  idleTimeoutMs: number
}

/** Ninety days of a company's logins. */
export interface History {
  records: AuditRecord[]
  figures: HourlyFigure[]
  /** Those that are alive. */
  sessions: HistorySession[]
  lastLogins: Map<string, Date>
}

/** Works out a history: the same for the same dice, people and present. */
export function makeHistory({ dice, until, timeZone, people, idleTimeoutMs }: Options): History {
  const [administrator, second] = people
  if (!administrator || !second) throw new Error('a history needs people')
  const journal = new Journal(dice, until)
  const figures = new Figures()
  const logins = new Logins({ journal, figures, dice, until, idleTimeoutMs })
  const hours = hoursBetween(new Date(until.getTime() - HISTORY_DAYS * DAY), until, timeZone)
  const bad = badHours(hours, until)
  for (const hour of hours) {
    const isLate = until.getTime() - hour.begin.getTime() < LATELY.hours * HOUR
    const chance = Math.max(loginChance(hour), isLate ? LATELY.chance : 0)
    for (const person of people) {
      const at = new Date(hour.begin.getTime() + Math.floor(dice.roll() * HOUR))
      if (at < person.joinedAt || (person.leftAt && at >= person.leftAt) || !dice.chance(chance)) continue
      if (bad.has(hour)) refuseOnBadDay(logins, figures, person, at)
      else logins.try(person, at)
    }
  }
  tellChanges({ journal, dice, until, administratorId: administrator.id, secondId: second.id, people })
  tellExpiries(journal, logins.sessions, until)
  return finished(journal.records(), figures, logins.sessions, until)
}

/** The morning of the last workday that is at least so many days ago. */
function badHours(hours: readonly LocalHour[], until: Date): Set<LocalHour> {
  const latest = until.getTime() - BAD_DAY_AGO * DAY
  const candidates = hours.filter(
    ({ begin, hour, isWorkday }) => isWorkday && begin.getTime() <= latest && BAD_HOURS.includes(hour),
  )
  return new Set(candidates.slice(-BAD_HOURS.length))
}

function refuseOnBadDay(logins: Logins, figures: Figures, person: HistoryPerson, at: Date): void {
  const { code = 'dingtalk_misconfigured', setting } = oapiErrors.get(BAD_SIGNATURE) ?? {}
  logins.refuse(person, at, code, { call: 'getuserinfo_bycode', upstreamCode: String(BAD_SIGNATURE), setting })
  noteFailedCall(figures, at, code)
}

/** The server removes once an hour the sessions that nobody has used any more. */
function tellExpiries(journal: Journal, sessions: readonly HistorySession[], until: Date): void {
  const counts = new Map<number, number>()
  for (const { lastSeenAt, endsAt } of sessions) {
    const isIdleEnd = endsAt > lastSeenAt && endsAt < until
    const sweep = Math.ceil(endsAt.getTime() / HOUR) * HOUR
    if (isIdleEnd) counts.set(sweep, (counts.get(sweep) ?? 0) + 1)
  }
  for (const [sweep, count] of counts)
    journal.tell({ at: new Date(sweep), event: 'session_ended', outcome: 'expired', details: { count } })
}

function finished(records: AuditRecord[], figures: Figures, sessions: HistorySession[], until: Date): History {
  figures.addRecords(records)
  const stays = sessions.map(({ userId, createdAt, endsAt }) => ({
    userId,
    from: createdAt,
    until: min(endsAt, until),
  }))
  figures.addSignedIn(stays)
  return {
    records,
    figures: figures.all(),
    sessions: sessions.filter(({ endsAt }) => endsAt > until),
    lastLogins: new Map(
      records.flatMap(({ event, userId, at }) => (event === 'login_succeeded' && userId ? [[userId, at]] : [])),
    ),
  }
}

function min(a: Date, b: Date): Date {
  return a < b ? a : b
}
