import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { MINUTE } from '../../time.js'
import type { Clock } from '../clock.js'
import type { Connections } from './connections.js'
import { acknowledgementIn, type EventFacts, eventFrame, type Reply } from './frames.js'

/** An event that nobody answers comes again after about a minute; so does one that is to come later. */
export const RESEND_AFTER_MS = MINUTE
const MAX_SENDINGS = 10
const KEPT_EVENTS = 1000

/** How the next events go wrong: one never comes, one comes twice. */
export const eventFaults = ['lose', 'repeat'] as const

export type EventFault = (typeof eventFaults)[number]

/**
 * An event and what became of it. `missed`: no connection wanted it when it happened; `lost`: a fault;
 * `later`: the client asked for it again.
 */
export interface StreamEvent extends EventFacts {
  state: 'missed' | 'lost' | 'sent' | 'later' | 'acknowledged'
  /** How often it was sent. */
  sendings: number
}

type Delivery = StreamEvent & { sentAt: number }

/** Sends events until they are acknowledged. */
export class Deliveries {
  readonly happenings = new EventEmitter<{ acknowledged: []; postponed: [] }>().setMaxListeners(0)
  readonly #clock: Clock
  readonly #connections: Connections
  readonly #messages = new Map<string, Delivery>()
  #deliveries: Delivery[] = []
  #faults: EventFault[] = []

  constructor(clock: Clock, connections: Connections) {
    this.#clock = clock
    this.#connections = connections
    clock.moves.on('move', () => this.sendDue())
    connections.happenings.on('opened', () => this.sendDue())
    connections.happenings.on('reply', (reply) => this.#receive(reply))
  }

  /** What happened, oldest first; the last 1,000. */
  events(): StreamEvent[] {
    return this.#deliveries.map(({ sentAt: _sentAt, ...event }) => event)
  }

  publish(eventType: string, data: unknown): void {
    const event = { eventId: randomUUID(), eventType, bornAt: this.#clock.now(), data }
    const delivery: Delivery = { ...event, state: 'missed', sendings: 0, sentAt: 0 }
    this.#deliveries.push(delivery)
    if (this.#deliveries.length > KEPT_EVENTS) this.#deliveries.shift()
    const fault = this.#faults.shift()
    if (fault === 'lose') delivery.state = 'lost'
    else this.#send(delivery)
    if (fault === 'repeat') this.#send(delivery)
  }

  order(fault: EventFault, times = 1): void {
    if (!Number.isInteger(times) || times < 1) throw new RangeError(`A fault happens 1, 2, 3 … times, not ${times}`)
    this.#faults.push(...Array.from({ length: times }, () => fault))
  }

  waitingFaults(): EventFault[] {
    return [...this.#faults]
  }

  /** Sends again what has waited long enough. */
  sendDue(): void {
    const before = this.#clock.now() - RESEND_AFTER_MS
    for (const delivery of this.#deliveries) {
      const isOpen = delivery.state === 'sent' || delivery.state === 'later'
      if (isOpen && delivery.sentAt <= before && delivery.sendings < MAX_SENDINGS) this.#send(delivery)
    }
  }

  reset(): void {
    this.#messages.clear()
    this.#deliveries = []
    this.#faults = []
  }

  #send(delivery: Delivery): void {
    const frame = eventFrame(delivery, this.#clock.now())
    if (!this.#connections.sendEvent(frame, delivery.eventType)) return
    this.#messages.set(frame.headers.messageId ?? '', delivery)
    delivery.state = 'sent'
    delivery.sendings++
    delivery.sentAt = this.#clock.now()
  }

  #receive(reply: Reply): void {
    const delivery = this.#messages.get(reply.headers.messageId)
    const status = acknowledgementIn(reply)
    if (!delivery || status === undefined || delivery.state === 'acknowledged') return
    this.#messages.delete(reply.headers.messageId)
    delivery.state = status === 'SUCCESS' ? 'acknowledged' : 'later'
    this.happenings.emit(status === 'SUCCESS' ? 'acknowledged' : 'postponed')
  }
}
