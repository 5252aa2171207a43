import { MINUTE, SECOND } from '../../../src/time.js'

/** `lost`: connections to PostgreSQL end; `away`: PostgreSQL is restarted, or another process has SQLite's lock. */
export type FaultKind = 'throttled' | 'dead' | 'lost' | 'away'

export interface Span {
  kind: FaultKind
  beganAt: number
  endedAt: number
}

/** When a question was asked, and when its answer was there. */
export interface Moment {
  beganAt: number
  endedAt: number
}

/** After a fault that kept lookups from succeeding, in which all that it delayed is made up for. */
const MADE_UP_MS = 75 * SECOND

/** What goes wrong, one after the other. */
export const faultPlan = (durationMs: number): { kind: FaultKind; at: number; lastsMs: number }[] => [
  { kind: 'lost', at: 0.2 * durationMs, lastsMs: Math.min(5 * SECOND, durationMs / 20) },
  { kind: 'throttled', at: 0.3 * durationMs, lastsMs: Math.min(MINUTE, durationMs / 10) },
  { kind: 'dead', at: 0.5 * durationMs, lastsMs: Math.min(MINUTE, durationMs / 10) },
  // Longer than a restart is waited for.
  { kind: 'away', at: 0.7 * durationMs, lastsMs: Math.min(8 * SECOND, Math.max(5 * SECOND, durationMs / 10)) },
]

/** The faults of one deployment so far. */
export class Faults {
  readonly spans: Span[] = []

  /** Notes when a fault begins and ends. */
  async during(kind: FaultKind, work: () => Promise<void>): Promise<void> {
    const span = { kind, beganAt: Date.now(), endedAt: Number.POSITIVE_INFINITY }
    this.spans.push(span)
    await work()
    span.endedAt = Date.now()
  }

  /** Whether there was such a fault at that moment, or shortly before. */
  touch(kind: FaultKind, { beganAt, endedAt }: Moment, graceMs = 0): boolean {
    return this.spans.some((span) => span.kind === kind && span.beganAt <= endedAt && beganAt <= span.endedAt + graceMs)
  }

  /** Whether the database could fail then. */
  concernDatabase(moment: Moment): boolean {
    return this.touch('lost', moment) || this.touch('away', moment)
  }

  /** By when something must have happened that the server does within so long, but for the faults meanwhile. */
  deadline(since: number, withinMs: number): number {
    let by = since + withinMs
    for (const { beganAt, endedAt } of this.spans) {
      const madeUpAt = endedAt + MADE_UP_MS
      if (beganAt <= by && since <= madeUpAt) by = Math.max(by, madeUpAt)
    }
    return by
  }
}
