import type { Axios } from 'axios'
import { ConcurrencyLimit } from '../../concurrency-limit.js'
import { DingTalkError, type ErrorCode } from '../../errors.js'
import type { Metrics } from '../../services/metrics.js'
import { SECOND } from '../../time.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { verdicts } from './error-table.js'
import {
  type ApiHost,
  apiHost,
  type DingTalkCall,
  failure,
  oapiHost,
  type RawResponse,
  readResponse,
  transportFailure,
} from './response.js'
import { TIMEOUT, TransportError } from './transport-error.js'
import type { UndiciAdapter } from './undici-adapter.js'

const MAX_RESPONSE_BYTES = 1024 * 1024
const AWAY_MS = 5 * SECOND
/** DingTalk counts calls by the second: with a longer pause one busy client would shut everybody out for longer. */
const THROTTLED_MS = SECOND
/** Many times what DingTalk lets an application call in a second; a thousand people who begin at once have room to wait. */
const MAX_CALLS = { maxRunning: 64, maxWaiting: 1024 }

interface Options {
  timeoutMs: number
  /** Told when DingTalk stops responding to an API, and when it responds again. */
  onChange?: ((call: string, isAway: boolean) => void) | undefined
  metrics?: Pick<Metrics, 'dingtalkCall'> | undefined
  now?: () => number
}

/**
 * The one way to DingTalk: a deadline for each call, a limit of calls at a time, no call while DingTalk is away, and
 * every failure becomes a `DingTalkError`.
 */
export class DingTalkClient {
  readonly #timeoutMs: number
  readonly #onChange: Options['onChange']
  readonly #metrics: Options['metrics']
  readonly #now: () => number
  readonly #limit = new ConcurrencyLimit(MAX_CALLS)
  /** One for each API, as DingTalk throttles each by itself: the failure of one must not be hidden by another. */
  readonly #breakers = new Map<string, CircuitBreaker>()
  /** Loaded with the first request: a server that starts need not wait for it. */
  #http: Promise<{ axios: Axios; adapter: UndiciAdapter }> | undefined

  constructor({ timeoutMs, onChange, metrics, now = Date.now }: Options) {
    this.#timeoutMs = timeoutMs
    this.#onChange = onChange
    this.#metrics = metrics
    this.#now = now
  }

  /**
   * Calls oapi.dingtalk.com.
   * @throws {DingTalkError}
   */
  oapi<T>(request: DingTalkCall<T>): Promise<T> {
    return this.#ask(request, oapiHost)
  }

  /**
   * Calls api.dingtalk.com.
   * @throws {DingTalkError}
   */
  api<T>(request: DingTalkCall<T>): Promise<T> {
    return this.#ask(request, apiHost)
  }

  /** Ends all connections. */
  close(): void {
    void this.#http?.then(({ adapter }) => adapter.close())
  }

  /** Every call passes here, whatever becomes of it. */
  async #ask<T>(request: DingTalkCall<T>, host: ApiHost): Promise<T> {
    const startedAt = performance.now()
    const note = (outcome: 'ok' | ErrorCode) =>
      this.#metrics?.dingtalkCall(request.call, outcome, performance.now() - startedAt)
    try {
      const result = await this.#guard(request.call, async () => {
        return readResponse(request, host, await this.#send(request, host))
      })
      note('ok')
      return result
    } catch (error) {
      note(error instanceof DingTalkError ? error.code : 'internal')
      throw error
    }
  }

  /** Asks DingTalk, unless it is away or too much is under way: then the request is not sent at all. */
  async #guard<T>(call: string, ask: () => Promise<T>): Promise<T> {
    const breaker = this.#breakerOf(call)
    if (breaker.isOpen) throw notAsked(call, 'away')
    // A call waits for its place no longer than it may take.
    if (!(await this.#limit.enter(this.#timeoutMs))) throw notAsked(call, 'too many calls under way')
    try {
      // DingTalk may have gone away while this call waited for its place.
      if (breaker.isOpen) throw notAsked(call, 'away')
      return await breaker.run(ask)
    } finally {
      this.#limit.leave()
    }
  }

  #breakerOf(call: string): CircuitBreaker {
    const breaker =
      this.#breakers.get(call) ??
      new CircuitBreaker({
        pauseMs,
        onOpen: () => this.#onChange?.(call, true),
        onClose: () => this.#onChange?.(call, false),
        now: this.#now,
      })
    this.#breakers.set(call, breaker)
    return breaker
  }

  async #load() {
    const [{ Axios }, { UndiciAdapter }] = await Promise.all([import('axios'), import('./undici-adapter.js')])
    const adapter = new UndiciAdapter({ maxResponseBytes: MAX_RESPONSE_BYTES })
    // Not axios.create: its defaults would be merged into each request, and transform what is sent and received.
    return { adapter, axios: new Axios({ adapter: adapter.send }) }
  }

  async #send(request: DingTalkCall<unknown>, host: ApiHost): Promise<RawResponse> {
    const { call, method, url, headers, body } = request
    try {
      this.#http ??= this.#load()
      const { axios } = await this.#http
      const { status, data } = await axios.request<string>({
        method,
        baseURL: url.origin,
        url: url.pathname + url.search,
        headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
        data: body === undefined ? undefined : JSON.stringify(body),
        // The full time, however long the call waited for its place: what is left of it might be too short, would spend
        // the code for nothing, and would make DingTalk look slow.
        timeout: this.#timeoutMs,
      })
      return { status, text: data }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (error.code === TIMEOUT)
        throw failure(call, { code: 'dingtalk_timeout' }, `no answer within ${this.#timeoutMs} ms`)
      throw transportFailure(call, host, error.code)
    }
  }
}

/** How long DingTalk is left alone after a run of such errors; 0 where it did respond. */
function pauseMs(error: unknown): number {
  if (!(error instanceof DingTalkError)) return 0
  if (error.code !== 'dingtalk_unavailable' && error.code !== 'dingtalk_timeout') return 0
  return error.failure.isThrottled ? THROTTLED_MS : AWAY_MS
}

function notAsked(call: string, why: string): DingTalkError {
  return failure(call, verdicts.unavailable, `not asked: ${why}`)
}
