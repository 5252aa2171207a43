import { EventEmitter, once } from 'node:events'
import type { WebSocket } from 'ws'
import { SECOND } from '../../time.js'
import type { Clock } from '../clock.js'
import { Connections } from './connections.js'
import { Deliveries, type EventFault, type StreamEvent } from './deliveries.js'
import { StreamTickets, type Subscription } from './stream-tickets.js'

const happenings = ['opened', 'closed', 'pong', 'acknowledged', 'postponed'] as const

/** What can be waited for: a connection, the reply to a ping, the reply to an event. */
export type StreamHappening = (typeof happenings)[number]

/** The gateway that sends events over connections which clients open. */
export class Stream {
  readonly tickets: StreamTickets
  readonly #connections: Connections
  readonly #deliveries: Deliveries
  readonly #happenings = new EventEmitter<Record<StreamHappening, []>>().setMaxListeners(0)
  readonly #timer: NodeJS.Timeout

  constructor(clock: Clock) {
    this.tickets = new StreamTickets(clock)
    this.#connections = new Connections(clock)
    this.#deliveries = new Deliveries(clock, this.#connections)
    this.#timer = setInterval(() => this.#deliveries.sendDue(), SECOND).unref()
    for (const kind of ['opened', 'closed', 'pong'] as const)
      this.#connections.happenings.on(kind, () => this.#happenings.emit(kind))
    for (const kind of ['acknowledged', 'postponed'] as const)
      this.#deliveries.happenings.on(kind, () => this.#happenings.emit(kind))
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size
  }

  accept(socket: WebSocket, subscriptions: Subscription[]): void {
    this.#connections.accept(socket, subscriptions)
  }

  /** The events that happened, oldest first, and what became of them. */
  events(): StreamEvent[] {
    return this.#deliveries.events()
  }

  /** Lets an event happen; whether it is true is the caller's affair. */
  publish(eventType: string, data: unknown): void {
    this.#deliveries.publish(eventType, data)
  }

  /** Lets the next events go wrong. */
  order(fault: EventFault, times?: number): void {
    this.#deliveries.order(fault, times)
  }

  waitingFaults(): EventFault[] {
    return this.#deliveries.waitingFaults()
  }

  /** Asks all clients whether they are there. */
  ping(): void {
    this.#connections.ping()
  }

  /** Tells all clients to open another connection: nothing more comes on theirs, which closes ten seconds later. */
  disconnect(): void {
    this.#connections.disconnect()
  }

  /** Cuts all connections. */
  drop(): void {
    this.#connections.drop()
  }

  async next(happening: StreamHappening): Promise<void> {
    await once(this.#happenings, happening)
  }

  reset(): void {
    this.tickets.reset()
    this.#deliveries.reset()
    this.drop()
  }

  close(): void {
    clearInterval(this.#timer)
    this.drop()
  }
}
