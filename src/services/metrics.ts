import type { ErrorCode } from '../errors.js'
import type { EventOutcome, EventType } from './directory-event.js'

/** What the server tells whoever watches it. Noting never throws, and nothing in it is about a person. */
export interface Metrics {
  loginBegun(): void
  login(outcome: 'succeeded' | ErrorCode): void
  /** `call` is the API's name; `ok`: the response was as documented. */
  dingtalkCall(call: string, outcome: 'ok' | ErrorCode, ms: number): void
  /**
   * `route` is the pattern that matched, undefined where none did.
   * `aborted`: the connection ended before the response was out.
   */
  request(route: string | undefined, method: string, status: number | 'aborted', ms: number): void
  /** Whether DingTalk's events have a connection. */
  eventsConnected(isConnected: boolean): void
  eventsReconnected(): void
  directoryEvent(type: EventType, outcome: EventOutcome): void
  /** Records that the audit trail in the database lost. */
  auditDropped(count: number): void
  /** All of it as a scrape is sent it. */
  exposition(): Promise<{ contentType: string; text: string }>
}
