import { randomUUID } from 'node:crypto'
import { MINUTE } from '../../time.js'
import type { Clock } from '../clock.js'

/** How long a ticket opens a connection; DingTalk does not say. */
export const STREAM_TICKET_LIFETIME_MS = MINUTE

/** What a connection wants to get, such as `EVENT` and `*`. */
export interface Subscription {
  type: string
  topic: string
}

/** Tickets for connections: each opens one. */
export class StreamTickets {
  readonly #clock: Clock
  readonly #tickets = new Map<string, { subscriptions: Subscription[]; expiresAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(subscriptions: Subscription[]): string {
    const now = this.#clock.now()
    for (const [ticket, { expiresAt }] of this.#tickets) if (expiresAt <= now) this.#tickets.delete(ticket)
    const ticket = randomUUID()
    this.#tickets.set(ticket, { subscriptions, expiresAt: now + STREAM_TICKET_LIFETIME_MS })
    return ticket
  }

  /** Takes the ticket away. */
  spend(ticket: string): Subscription[] | undefined {
    const known = this.#tickets.get(ticket)
    this.#tickets.delete(ticket)
    return known && known.expiresAt > this.#clock.now() ? known.subscriptions : undefined
  }

  reset(): void {
    this.#tickets.clear()
  }
}
