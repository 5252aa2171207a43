import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { ConnectionEnd } from '../../services/directory-event.js'
import { MINUTE, SECOND, withinOr } from '../../time.js'
import type { DingTalkClient } from './client.js'
import { verdicts } from './error-table.js'
import { failure } from './response.js'
import { StreamConnection } from './stream-connection.js'

const SILENCE_MS = MINUTE
/** The first pause after a failure, and how far apart tries are at most. */
const FIRST_PAUSE_MS = SECOND
const LAST_PAUSE_MS = MINUTE
/** A connection that lasted so long was none of a run of failures. */
const STEADY_MS = 30 * SECOND
/** How long the events that came on a connection may take which is given up for another one. */
const HANDOVER_MS = 10 * SECOND

interface Options {
  client: Pick<DingTalkClient, 'api'>
  apiUrl: string
  clientId: string
  clientSecret: string
  /** `lastHeardAt`: when anything last came on an earlier connection. */
  onUp(lastHeardAt: number | undefined): void
  onDown(end: ConnectionEnd): void
  onFailure(error: unknown): void
  /** Returns whether the event is done. Never rejects. */
  onEvent(eventType: string, data: unknown): Promise<boolean>
  now: () => number
  /** From 0 up to 1. */
  random?: () => number
  /** Rejects once it is aborted. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
  silenceMs?: number
}

/** https://open.dingtalk.com/document/development/stream */
const response = z.object({ endpoint: z.url().max(2000), ticket: z.string().min(1).max(2000) })

/** Keeps a connection to DingTalk's gateway of events, and opens another one whenever that is needed. */
export class StreamClient {
  readonly #options: Required<Options>
  readonly #stopped = new AbortController()
  readonly #connections = new Set<StreamConnection>()
  #running = Promise.resolve()
  #lastHeardAt: number | undefined

  constructor(options: Options) {
    this.#options = {
      random: Math.random,
      wait: (ms, signal) => setTimeout(ms, undefined, { signal, ref: false }),
      silenceMs: SILENCE_MS,
      ...options,
    }
  }

  start(): void {
    this.#running = this.#run().catch(() => {
      // Only the stop ends a pause.
    })
  }

  /** Lets the events in hand be answered, for so long at most; afterwards nothing of it is left. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped.abort()
    await Promise.all([...this.#connections].map((connection) => connection.close(withinMs)))
    await withinOr(this.#running, withinMs, undefined)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    let failures = 0
    while (!signal.aborted) {
      const begunAt = this.#options.now()
      const end = await this.#connect()
      const wasSteady = end !== undefined && Math.abs(this.#options.now() - begunAt) >= STEADY_MS
      if (!wasSteady) failures++
      // Whoever is asked to open another connection does so at once: the old one lasts a little longer.
      else failures = end === 'DingTalk asked for another one' ? 0 : 1
      if (failures > 0) await this.#options.wait(this.#pauseMs(failures), signal)
    }
  }

  /** Half of it is chance, so that not all who were cut off at once come back at once. */
  #pauseMs(failures: number): number {
    const ms = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
    return (ms / 2) * (1 + this.#options.random())
  }

  /** Opens a connection and stays with it to its end; undefined where there was none. Never rejects. */
  async #connect(): Promise<ConnectionEnd | undefined> {
    const { onUp, onDown, onFailure } = this.#options
    const lastHeardAt = this.#lastHeardAt
    const connection = await this.#open().catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) onFailure(error)
    })
    if (!connection) return undefined
    for (const old of this.#connections) old.close(HANDOVER_MS).finally(() => this.#connections.delete(old))
    this.#connections.add(connection)
    if (this.#stopped.signal.aborted) await connection.close(0)
    else onUp(lastHeardAt)
    const end = await connection.over
    if (end !== 'DingTalk asked for another one') this.#connections.delete(connection)
    onDown(end)
    return end
  }

  async #open(): Promise<StreamConnection> {
    const { silenceMs, onEvent, now } = this.#options
    return StreamConnection.open({
      address: await this.#address(),
      signal: this.#stopped.signal,
      silenceMs,
      onEvent,
      onFrame: () => {
        this.#lastHeardAt = now()
      },
    })
  }

  /** Without `Accept` DingTalk answers in XML. */
  async #address(): Promise<string> {
    const { client, apiUrl, clientId, clientSecret } = this.#options
    const call = 'connections/open'
    const { endpoint, ticket } = await client.api({
      call,
      method: 'POST',
      url: new URL('/v1.0/gateway/connections/open', apiUrl),
      headers: { Accept: 'application/json' },
      body: { clientId, clientSecret, ua: 'dingtalk-login', subscriptions: [{ type: 'EVENT', topic: '*' }] },
      response,
    })
    const url = new URL(endpoint)
    // The emulator has no TLS, DingTalk has: neither ticket nor events go there in the clear.
    if (url.protocol !== new URL(apiUrl).protocol.replace('http', 'ws'))
      throw failure(call, verdicts.unreadable, 'an endpoint of another protocol')
    url.searchParams.set('ticket', ticket)
    return url.href
  }
}
