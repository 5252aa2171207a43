import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { errorTable } from '../errors.js'
import type { Metrics } from '../services/metrics.js'
import { SingleFlight } from '../single-flight.js'
import { MINUTE, SECOND, withinOr } from '../time.js'
import { ownVersion } from '../version.js'
import { EventMetrics } from './event-metrics.js'

const PREFIX = 'dingtalk_login_'
/** How long a scrape waits for the database. */
const COUNT_WITHIN_MS = SECOND
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

interface Options {
  flow: string
  /** Whether DingTalk's events are listened to. */
  hasEvents?: boolean
  /** Counts the sessions that are alive in the whole database. */
  countSessions: () => Promise<number>
  /** Told of the first value that could not be recorded. */
  onFailure: (error: unknown) => void
  now?: () => number
}

/**
 * The server's metrics for Prometheus. Every label has a fixed set of values, whatever clients send.
 * @NOTE load this file only where metrics are wanted: prom-client costs start-up time and memory.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry()
  readonly #onFailure: (error: unknown) => void
  #hasFailed = false
  #events: EventMetrics | undefined

  readonly #loginsBegun = new Counter({
    name: `${PREFIX}logins_begun_total`,
    help: 'Logins that were begun: clicks on /ding_url and codes shown on /login.',
    registers: [this.#registry],
  })
  readonly #logins = new Counter({
    name: `${PREFIX}logins_total`,
    help: 'Answers of /callback and refusals of /ding_url, by outcome: succeeded, or a code of the error table.',
    labelNames: ['outcome'],
    registers: [this.#registry],
  })
  readonly #dingtalkCalls = new Histogram({
    name: `${PREFIX}dingtalk_call_duration_seconds`,
    help: 'Calls to DingTalk, by API and outcome: ok, or our code for the failure.',
    labelNames: ['call', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.#registry],
  })
  readonly #requests = new Counter({
    name: `${PREFIX}http_requests_total`,
    help: 'Requests, by route, method and status; aborted: the connection ended before the answer was out.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.#registry],
  })
  readonly #requestDurations = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'From the headers of a request to the end of its answer, by route.',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  })
  readonly #auditDropped = new Counter({
    name: `${PREFIX}audit_dropped_total`,
    help: 'Records that the audit trail in the database lost, as the database was away for long. The log has them.',
    registers: [this.#registry],
  })

  constructor({ flow, hasEvents = false, countSessions, onFailure, now = Date.now }: Options) {
    this.#onFailure = onFailure
    // All begin at zero: Prometheus sees no increase where the first value that it sees is 1.
    for (const outcome of ['succeeded', ...Object.keys(errorTable)]) this.#logins.inc({ outcome }, 0)
    if (hasEvents) this.#events = new EventMetrics(this.#registry, PREFIX)

    const sessions = new SessionCount(countSessions, now)
    new Gauge({
      name: `${PREFIX}sessions_alive`,
      help: 'Sessions of the whole database that were used within SESSION_IDLE_TIMEOUT, asked once a minute at most. Every process says the same: take the max, not the sum. Absent while the database is away.',
      registers: [this.#registry],
      async collect() {
        const count = await sessions.latest()
        if (count === undefined) this.remove()
        else this.set(count)
      },
    })
    new Gauge({
      name: `${PREFIX}build_info`,
      help: 'Always 1; the labels say what is running.',
      labelNames: ['version', 'node_version', 'flow'],
      registers: [this.#registry],
    }).set({ version: ownVersion(), node_version: process.version, flow }, 1)
    collectDefaultMetrics({ register: this.#registry, prefix: PREFIX })
  }

  async exposition(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  loginBegun(): void {
    this.#note(() => this.#loginsBegun.inc())
  }

  login(outcome: string): void {
    this.#note(() => this.#logins.inc({ outcome }))
  }

  dingtalkCall(call: string, outcome: string, ms: number): void {
    this.#note(() => this.#dingtalkCalls.observe({ call, outcome }, ms / SECOND))
  }

  request(route = 'unmatched', method: string, status: number | 'aborted', ms: number): void {
    this.#note(() => {
      this.#requests.inc({ route, method: METHODS.has(method) ? method : 'other', status })
      this.#requestDurations.observe({ route }, ms / SECOND)
    })
  }

  eventsConnected(isConnected: boolean): void {
    this.#note(() => this.#events?.connected(isConnected))
  }

  eventsReconnected(): void {
    this.#note(() => this.#events?.reconnected())
  }

  directoryEvent(type: string, outcome: string): void {
    this.#note(() => this.#events?.happened(type, outcome))
  }

  auditDropped(count: number): void {
    this.#note(() => this.#auditDropped.inc(count))
  }

  /** A metric that cannot be recorded must not fail a login. */
  #note(record: () => void): void {
    try {
      record()
    } catch (error) {
      if (this.#hasFailed) return
      this.#hasFailed = true
      this.#onFailure(error)
    }
  }
}

/** The number of sessions, counted once a minute at most, whether or not the database can say. */
class SessionCount {
  readonly #count: () => Promise<number>
  readonly #now: () => number
  readonly #counting = new SingleFlight<'sessions', number | undefined>()
  #latest: { count: number | undefined; askedAt: number } | undefined

  constructor(count: () => Promise<number>, now: () => number) {
    this.#count = count
    this.#now = now
  }

  /** Undefined where the database did not say, or not in time for this scrape. */
  async latest(): Promise<number | undefined> {
    if (this.#latest && this.#now() - this.#latest.askedAt < MINUTE) return this.#latest.count
    const count = this.#counting.run('sessions', () => this.#ask())
    return withinOr(count, COUNT_WITHIN_MS, undefined)
  }

  async #ask(): Promise<number | undefined> {
    const askedAt = this.#now()
    const count = await this.#count().catch(() => undefined)
    this.#latest = { count, askedAt }
    return count
  }
}
