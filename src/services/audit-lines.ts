import type { LogFields } from '../log.js'
import { type AuditEvent, type Changes, entryOf } from './audit-events.js'
import type { Actor, Trail } from './audit-trail.js'

/** Who asks: the request's name in the log, the address it came from, and what its browser calls itself. */
export interface Client {
  requestId: string
  ip: string
  userAgent: string
}

/** Where the trail is written: a logger. */
interface Log {
  info(fields: object): void
  warn(fields: object, message?: string): void
  error(fields: object, message: string): void
}

export interface Options {
  log: Log
  /** The trail in the database, where it is kept. */
  trail?: Trail | undefined
  /** Who does all of it in the console. */
  actor?: Actor | undefined
}

/** What an event has besides its name. */
export interface Told {
  fields?: LogFields
  /** What the trail in the database has beyond the line. */
  more?: Record<string, unknown>
  level?: 'info' | 'warn'
  /** How many there were. */
  times?: number
}

/** The lines of the audit trail, each beside what the database is told of the same event. */
export class AuditLines {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  write(event: AuditEvent, client: Client | undefined, { fields, more, level = 'info', times }: Told = {}): void {
    const { log, trail, actor } = this.#options
    const asker = client ?? actor?.client
    const all = {
      ...(asker && fieldsOf(asker)),
      ...(actor && { administratorId: actor.administratorId }),
      ...fields,
    }
    log[level]({ event, ...all })
    trail?.record(entryOf(event, all, more), times)
  }

  warn(event: AuditEvent, fields: LogFields): void {
    this.write(event, undefined, { fields, level: 'warn' })
  }

  /** What happens before anybody is known has a line and is counted, and has no record. */
  count(event: AuditEvent, client: Client): void {
    this.#options.log.info({ event, ...fieldsOf(client) })
    this.#options.trail?.count(event)
  }
}

/** By name: a client's fields may be worked out when they are read. */
function fieldsOf({ requestId, ip, userAgent }: Client): LogFields {
  return { requestId, ip, userAgent }
}

/** The line has the names of what differs, the database both sides of it. */
export function changed(what: LogFields, { before, after }: Changes): Told {
  return { fields: { ...what, fields: Object.keys(after).join(' ') }, more: { before, after, fields: undefined } }
}
