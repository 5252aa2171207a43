import type { AuditRecord, HourlyFigure } from './audit-trail.js'

/** The rows of the audit trail as they are written. */
export interface AuditStore {
  /** A record that is there already is left alone: what is not known to have been written may be written again. */
  insert(records: AuditRecord[]): Promise<void>
  /** Adds to what is there; of `signed_in` the greater one stays. */
  add(figures: HourlyFigure[]): Promise<void>
  /** Removes some of what is older, so few that no request waits for it; returns how many rows. */
  removeSome(before: Date): Promise<number>
  /** How many the next few people are who have a session; `last` is where to go on, undefined at the end. */
  countPeople(after: string): Promise<{ people: number; last: string | undefined }>
}
