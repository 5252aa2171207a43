import { AppError } from '../errors.js'
import { bugFields, errorFields, type LogFields } from '../log.js'
import type { ConnectionEnd, DirectoryEvent, EventOutcome } from './directory-event.js'
import type { Metrics } from './metrics.js'

/** Of one event, so many people are named in the log. */
const MAX_NAMED = 10

/** Where the lines are written: a logger. */
interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What is written of the events and their connection: a line each, which moves its counter. */
export class EventLog {
  readonly #log: Log
  readonly #metrics: Metrics | undefined

  constructor({ log, metrics }: { log: Log; metrics?: Metrics | undefined }) {
    this.#log = log
    this.#metrics = metrics
  }

  connected({ isFirst }: { isFirst: boolean }): void {
    this.#log.info({ isFirst }, 'DingTalk’s events: connected')
    this.#metrics?.eventsConnected(true)
    if (!isFirst) this.#metrics?.eventsReconnected()
  }

  disconnected(end: ConnectionEnd): void {
    this.#log.info({ end }, 'DingTalk’s events: disconnected')
    this.#metrics?.eventsConnected(false)
  }

  notConnected(error: unknown): void {
    this.#fail(error, 'DingTalk’s events: no connection')
  }

  happened({ type, userids, departments, roles }: DirectoryEvent, outcome: EventOutcome): void {
    const named = userids.slice(0, MAX_NAMED).join(' ')
    const counts = { people: userids.length, departments: departments.length, roles: roles.length }
    this.#log.info({ type, outcome, ...counts, userids: named }, 'DingTalk’s events: one came')
    this.#metrics?.directoryEvent(type, outcome)
  }

  /** What was missed has been asked for. */
  caughtUp(since: Date, leavers: number): void {
    this.#log.info({ since: since.toISOString(), leavers }, 'DingTalk’s events: asked who left meanwhile')
  }

  notCaughtUp(error: unknown): void {
    this.#fail(error, 'DingTalk’s events: nobody knows who left meanwhile')
  }

  /** Somebody could not be looked up, which is tried again. */
  notLookedUp(userId: string, error: unknown): void {
    this.#fail(error, 'DingTalk’s events: a person could not be looked up', { userId })
  }

  #fail(error: unknown, message: string, fields: LogFields = {}): void {
    if (error instanceof AppError) this.#log.warn({ ...fields, ...errorFields(error) }, message)
    else this.#log.error({ ...fields, ...bugFields(error) }, message)
  }
}
