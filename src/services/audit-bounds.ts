import { MINUTE } from '../time.js'
import type { AuditEntry } from './audit-trail.js'

/** How many records of one kind a minute has, of what strangers or a failing neighbour can cause without an end. */
export const RECORDS_PER_MINUTE = 300
const MAX_TEXT = 256
const MAX_DETAILS = 16_000
const BOUNDED = /_refused$|^membership_unconfirmed$|^profile_unread$/

/** Keeps what others can cause from filling the disk: beyond the bound events are counted, and have no record. */
export class RecordBound {
  #minute = Number.NaN
  readonly #counts = new Map<string, number>()

  /** Refusals of somebody who is known are bounded apart: strangers must not hide them. */
  takes({ event, userId }: AuditEntry, now: number): boolean {
    if (!BOUNDED.test(event)) return true
    const minute = Math.floor(now / MINUTE)
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    const kind = `${event} ${userId === null}`
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    return count <= RECORDS_PER_MINUTE
  }
}

/** Of bounded length, and without NUL, which PostgreSQL takes in no text. */
export function shortened(entry: AuditEntry): AuditEntry {
  const { event, details } = entry
  return {
    event,
    outcome: cut(entry.outcome),
    userId: cut(entry.userId),
    application: cut(entry.application),
    administratorId: cut(entry.administratorId),
    sessionId: cut(entry.sessionId),
    requestId: cut(entry.requestId),
    ip: cut(entry.ip),
    userAgent: cut(entry.userAgent),
    details: details && cutDetails(details),
  }
}

/** The same of one text. */
export function bounded(text: string, length: number): string {
  return text.length <= length && !text.includes('\0') ? text : text.slice(0, length).replaceAll('\0', '')
}

function cut(text: string | null): string | null {
  return text === null ? null : bounded(text, MAX_TEXT)
}

function cutDetails(details: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(details)
  return text.length <= MAX_DETAILS ? details : { cut: text.slice(0, MAX_DETAILS) }
}
