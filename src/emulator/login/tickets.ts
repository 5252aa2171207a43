import { randomBytes } from 'node:crypto'
import { HOUR, MINUTE } from '../../time.js'
import type { Clock } from '../clock.js'
import type { Decision, Display } from './consent.js'
import type { ConsentRequest } from './consent-request.js'

/** How long a QR code can be scanned. */
export const TICKET_LIFETIME_MS = 3 * MINUTE
const KEPT_MS = HOUR

/** One QR code, waiting on a desktop for a phone. */
export interface Ticket {
  id: string
  request: ConsentRequest
  display: Display
  /** The address of the same page with a fresh code. */
  renewPath: string
}

type TicketStatus = 'waiting' | 'scanned' | 'expired' | Decision['status']

interface Progress {
  ticket: Ticket
  openedAt: number
  isScanned: boolean
  decision: Decision | undefined
}

/** The QR codes that are shown, and how far each has come. */
export class Tickets {
  readonly #clock: Clock
  readonly #progress = new Map<string, Progress>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  open(request: ConsentRequest, display: Display, renewPath: string): Ticket {
    this.#dropOld()
    const ticket = { id: randomBytes(12).toString('hex'), request, display, renewPath }
    this.#progress.set(ticket.id, { ticket, openedAt: this.#clock.now(), isScanned: false, decision: undefined })
    return ticket
  }

  find(id: string): Ticket | undefined {
    return this.#progress.get(id)?.ticket
  }

  /** An unknown code is one that expired long ago. */
  statusOf(id: string): { status: TicketStatus; decision?: Decision } {
    const progress = this.#progress.get(id)
    if (!progress) return { status: 'expired' }
    const { decision, isScanned, openedAt } = progress
    if (decision) return { status: decision.status, decision }
    if (this.#clock.now() - openedAt >= TICKET_LIFETIME_MS) return { status: 'expired' }
    return { status: isScanned ? 'scanned' : 'waiting' }
  }

  isOpen(id: string): boolean {
    const { status } = this.statusOf(id)
    return status === 'waiting' || status === 'scanned'
  }

  markScanned(id: string): void {
    const progress = this.#progress.get(id)
    if (progress) progress.isScanned = true
  }

  decide(id: string, decision: Decision): void {
    const progress = this.#progress.get(id)
    if (progress) progress.decision = decision
  }

  reset(): void {
    this.#progress.clear()
  }

  #dropOld(): void {
    const now = this.#clock.now()
    for (const [id, { openedAt }] of this.#progress) if (now - openedAt > KEPT_MS) this.#progress.delete(id)
  }
}
