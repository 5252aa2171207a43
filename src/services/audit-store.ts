import type { AuditRecord, HourlyFigure } from './audit-trail.js'

/** What is alive at a time, as `Sessions` counts it. */
export interface Alive {
  unexpiredAt: Date
  seenAfter: Date
}

/** The rows of the audit trail as they are written. */
export interface AuditStore {
  /** A record that is there already is left alone: what is not known to have been written may be written again. */
  insert(records: AuditRecord[]): Promise<void>
  /** Adds to what is there; of `signed_in` the greater one stays. */
  add(figures: HourlyFigure[]): Promise<void>
  /** Removes some of what is older, so few that no request waits for it; returns how many rows. */
  removeSome(before: Date): Promise<number>
  /** How many of the next few people have a session that is alive; `last` is where to go on, undefined at the end. */
  countPeople(after: string, alive: Alive): Promise<{ people: number; last: string | undefined }>
}
