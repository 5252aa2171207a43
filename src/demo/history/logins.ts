import { HOUR, MINUTE } from '../../time.js'
import { historyApplications } from './applications.js'
import { clientOf } from './clients.js'
import type { Dice } from './dice.js'
import { noteCalls, noteFailedCall } from './dingtalk-calls.js'
import type { Figures } from './figures.js'
import type { Journal } from './journal.js'

/** Somebody whom the history is about, under our own id. */
export interface HistoryPerson {
  id: string
  number: number
  isEngineer: boolean
  joinedAt: Date
  /** Undefined for who is still there. */
  leftAt: Date | undefined
}

/** A session of the history, whether it is over or not. */
export interface HistorySession {
  id: string
  userId: string
  createdAt: Date
  lastSeenAt: Date
  /** When it ended, or will. */
  endsAt: Date
  ip: string
  userAgent: string
}

interface Options {
  journal: Journal
  figures: Figures
  dice: Dice
  until: Date
  idleTimeoutMs: number
}

/** Why a login is refused at times, the usual reasons first. */
const REFUSALS = [
  ...['login_declined', 'attempt_expired', 'attempt_missing', 'code_rejected'],
  ...['not_a_member', 'dingtalk_timeout', 'dingtalk_unavailable'],
]
const REFUSED = 0.05
const LOGS_OUT = 0.2
/** Applications know one's browser only so many times a login. */
const MOST_ENTRIES = 4
const REFUSED_AT_APPLICATION = 0.3

/** Tells of logins, of the sessions that they open and of what people use them for. */
export class Logins {
  readonly sessions: HistorySession[] = []
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** Somebody logs in, at the second try where the first is refused. */
  try(person: HistoryPerson, at: Date): void {
    const { dice, figures } = this.#options
    if (!dice.chance(REFUSED)) {
      this.#succeed(person, at)
      return
    }
    const outcome = dice.pickEarly(REFUSALS)
    this.refuse(person, at, outcome)
    if (outcome.startsWith('dingtalk')) noteFailedCall(figures, at, outcome)
    if (outcome !== 'not_a_member') this.#succeed(person, after(at, dice.between(1, 4) * MINUTE))
  }

  refuse({ number }: HistoryPerson, at: Date, outcome: string, details: Record<string, unknown> | null = null): void {
    const { journal, dice } = this.#options
    if (journal.tell({ at, event: 'login_refused', outcome, details, ...clientOf(dice, number) })) this.#begun(at)
  }

  #succeed(person: HistoryPerson, at: Date): void {
    const { journal, figures, dice, idleTimeoutMs, until } = this.#options
    const { requestId, ...client } = clientOf(dice, person.number)
    const { id: userId } = person
    if (!journal.tell({ at, event: 'login_succeeded', userId, requestId, ...client })) return
    this.#begun(at)
    noteCalls(figures, dice, at)
    const used = after(at, dice.between(10 * MINUTE, 9 * HOUR))
    const isLoggedOut = dice.chance(LOGS_OUT)
    const left = person.leftAt && person.leftAt < after(used, idleTimeoutMs) ? person.leftAt : undefined
    const endsAt = left ?? (isLoggedOut ? used : after(used, idleTimeoutMs))
    const lastSeenAt = new Date(
      Math.min(used.getTime(), endsAt.getTime(), until.getTime() - dice.between(1, 10) * MINUTE),
    )
    const session = { id: dice.uuid(), userId, createdAt: at, lastSeenAt: later(lastSeenAt, at), endsAt, ...client }
    this.sessions.push(session)
    if (left) journal.tell({ at: left, event: 'session_ended', outcome: 'left', userId, sessionId: session.id })
    else if (isLoggedOut) this.#logOut(session, person)
    this.#enter(session, person)
  }

  #logOut({ id, userId, endsAt }: HistorySession, { number }: HistoryPerson): void {
    const { journal, dice } = this.#options
    const client = clientOf(dice, number)
    journal.tell({ at: endsAt, event: 'session_ended', outcome: 'logout', userId, sessionId: id, ...client })
  }

  #enter(session: HistorySession, { isEngineer }: HistoryPerson): void {
    const { journal, dice } = this.#options
    const { id: sessionId, userId, createdAt, lastSeenAt, ip, userAgent } = session
    const times = dice.between(0, MOST_ENTRIES)
    for (let time = 0; time < times; time++) {
      const { id: application, access } = dice.pickEarly(historyApplications)
      const isAllowed = access === 'everyone' || isEngineer
      if (!isAllowed && !dice.chance(REFUSED_AT_APPLICATION)) continue
      const at = after(createdAt, dice.roll() * (lastSeenAt.getTime() - createdAt.getTime()))
      const common = { at, userId, application, requestId: dice.uuid(), ip, userAgent }
      if (isAllowed) journal.tell({ ...common, event: 'application_entered', sessionId })
      else journal.tell({ ...common, event: 'application_refused', outcome: 'access_denied' })
    }
  }

  #begun(at: Date): void {
    this.#options.figures.add(at, { figure: 'event', name: 'login_begun', detail: '' })
  }
}

function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}
