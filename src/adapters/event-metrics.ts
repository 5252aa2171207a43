import { Counter, Gauge, type Registry } from 'prom-client'
import { eventOutcomes, eventTypes } from '../services/directory-event.js'

/** The metrics of DingTalk's events, where they are listened to. */
export class EventMetrics {
  readonly #connected: Gauge
  readonly #reconnections: Counter
  readonly #events: Counter

  constructor(registry: Registry, prefix: string) {
    const registers = [registry]
    this.#connected = new Gauge({
      name: `${prefix}events_connected`,
      help: 'Whether this process is connected to receive events of DingTalk: 1 or 0.',
      registers,
    })
    this.#reconnections = new Counter({
      name: `${prefix}events_reconnections_total`,
      help: 'Connections for events after the first one of the process.',
      registers,
    })
    this.#events = new Counter({
      name: `${prefix}directory_events_total`,
      help: 'Events of DingTalk, by type and outcome: done, later (DingTalk sends it again), ignored, unreadable.',
      labelNames: ['type', 'outcome'],
      registers,
    })
    // All begin at zero: Prometheus sees no increase where the first value that it sees is 1.
    for (const type of [...eventTypes, 'other'])
      for (const outcome of eventOutcomes) this.#events.inc({ type, outcome }, 0)
  }

  connected(isConnected: boolean): void {
    this.#connected.set(isConnected ? 1 : 0)
  }

  reconnected(): void {
    this.#reconnections.inc()
  }

  happened(type: string, outcome: string): void {
    this.#events.inc({ type, outcome })
  }
}
