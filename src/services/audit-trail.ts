/** Something that happened, as the audit trail keeps it: nothing secret. What is not known is null. */
export interface AuditRecord {
  /** 24 hexadecimal digits that begin with the time: the order of the ids is that of time. */
  id: string
  at: Date
  event: string
  /** Our error code, or why it ended; null where it went well. */
  outcome: string | null
  /** Whom it concerns; may be gone by now. */
  userId: string | null
  /** The application's id; may be gone by now. */
  application: string | null
  /** Who did it in the console. */
  administratorId: string | null
  sessionId: string | null
  requestId: string | null
  ip: string | null
  userAgent: string | null
  /** What else is known, such as `before` and `after`. */
  details: Record<string, unknown> | null
}

/** Which records are wanted: those to which all of it applies. */
export interface AuditFilter {
  userId?: string | undefined
  application?: string | undefined
  events?: readonly string[] | undefined
  administratorId?: string | undefined
  from?: Date | undefined
  /** Exclusive. */
  until?: Date | undefined
}

/** The latest first. */
export interface AuditPage {
  records: AuditRecord[]
  /**
   * Where to go on, as `before`; undefined at the end. A page can be short, or empty, and have one: no page looks at more
   * than a few thousand records, however rare those are that are wanted.
   */
  next: string | undefined
}

/** How much of something there was in an hour, in all processes. */
export interface HourlyFigure {
  /** Its begin. */
  hour: Date
  /**
   * `event`: an event of the trail (`name`), by its outcome (`detail`; empty where it went well).
   * `application`: an application's id (`name`), by its event (`detail`).
   * `call`: a call to DingTalk (`name`), by outcome and the upper bound of its time in milliseconds (`detail`: `ok 250`).
   * `signed_in`: the most people who were signed in at a time (`name`: `people`).
   */
  figure: 'event' | 'application' | 'call' | 'signed_in'
  name: string
  detail: string
  value: number
}

/** The audit trail as it is read. */
export interface AuditTrail {
  /** @throws {AppError} `service_unavailable` */
  page(filter: AuditFilter, position: { before?: string | undefined; size: number }): Promise<AuditPage>
  /** The hours that begin then or later. @throws {AppError} `service_unavailable` */
  figures(figure: HourlyFigure['figure'], since: Date): Promise<HourlyFigure[]>
}

/** Who does something in the console. */
export interface Actor {
  administratorId: string
  client: { requestId: string; ip: string; userAgent: string }
}

/** What is told to the trail; the rest of its record is worked out there. */
export type AuditEntry = Omit<AuditRecord, 'id' | 'at'>

/** Where events go besides the log. Nobody waits for it, and it never throws. */
export interface Trail {
  /** `times`: how many there were, where the entry stands for several. */
  record(entry: AuditEntry, times?: number): void
  /** Only counts it: for what happens before anybody is known. */
  count(event: string): void
  /** `outcome`: `ok`, or our code. */
  countCall(call: string, outcome: string, ms: number): void
}
