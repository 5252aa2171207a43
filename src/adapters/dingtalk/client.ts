import { z } from 'zod'
import { ConcurrencyLimit } from '../../concurrency-limit.js'
import { DingTalkError, type ErrorCode } from '../../errors.js'
import type { Metrics } from '../../metrics.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { apiVerdict, oapiErrors, type Verdict, verdicts } from './error-table.js'
import { parseJson } from './parse-json.js'
import { TOO_LONG, Transport, TransportError } from './transport.js'

const MAX_ANSWER_BYTES = 1024 * 1024
const AWAY_MS = 5_000
/** DingTalk counts by the second. A longer pause would let the many calls of one client shut everybody out for longer than DingTalk does. */
const THROTTLED_MS = 1_000
/** Many times what DingTalk grants an application a second. Who waits for a place does so for no longer than a call may take. */
const MAX_CALLS = { maxRunning: 64, maxWaiting: 256 }

/** One request to DingTalk. Never sent twice: a code may be spent even when the answer never came. */
export interface DingTalkCall<T> {
  /** The API's name, for the log. */
  call: string
  method: 'GET' | 'POST'
  url: URL
  headers?: Record<string, string>
  body?: unknown
  /** What is needed of a good answer. */
  answer: z.ZodType<T>
}

interface Answer {
  status: number
  json: unknown
}

/** `errcode` is documented as a number and printed in places as its text. */
const errcode = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
])
const oapiStatus = z.object({
  errcode,
  // Only the code decides: an odd text beside it must not hide it.
  sub_code: errcode.optional().catch(undefined),
  errmsg: z.string().optional().catch(undefined),
})
const apiStatus = z.object({ code: z.string().min(1).max(200) })
/** What an address that called too often gets for five minutes, instead of an answer. */
const banBody = z.union([z.object({ status: z.literal(1111) }), z.object({ punish: z.string() })])

interface Options {
  timeoutMs: number
  /** Told when DingTalk stops responding to an API, and when it responds again. */
  onChange?: ((call: string, isAway: boolean) => void) | undefined
  metrics?: Metrics | undefined
  now?: () => number
}

/**
 * The one way to DingTalk: keep-alive connections, one deadline a call, so many calls at a time, no call while DingTalk is away, and
 * one funnel in which every failure becomes a `DingTalkError`.
 */
export class DingTalkClient {
  readonly #timeoutMs: number
  readonly #onChange: Options['onChange']
  readonly #metrics: Options['metrics']
  readonly #now: () => number
  readonly #limit = new ConcurrencyLimit(MAX_CALLS)
  /** One for each API, as DingTalk throttles them: one that is away is not hidden by another that answers. */
  readonly #breakers = new Map<string, CircuitBreaker>()
  readonly #transport = new Transport({ maxAnswerBytes: MAX_ANSWER_BYTES })

  constructor({ timeoutMs, onChange, metrics, now = Date.now }: Options) {
    this.#timeoutMs = timeoutMs
    this.#onChange = onChange
    this.#metrics = metrics
    this.#now = now
  }

  /**
   * Calls oapi.dingtalk.com, which answers HTTP 200 with an `errcode`, 0 where all is well.
   * @throws {DingTalkError}
   */
  oapi<T>(request: DingTalkCall<T>): Promise<T> {
    return this.#ask(request, (json) => oapiStatus.safeParse(json).data?.errcode === 0)
  }

  /**
   * Calls api.dingtalk.com, which answers errors with 4xx or 5xx and a `code`.
   * @throws {DingTalkError}
   */
  api<T>(request: DingTalkCall<T>): Promise<T> {
    const isFine = (json: unknown) =>
      !apiStatus.safeParse(json).success &&
      (oapiStatus.safeParse(json).data?.errcode ?? 0) === 0 &&
      !banBody.safeParse(json).success
    return this.#ask(request, isFine)
  }

  /** Ends the idle connections. */
  close(): void {
    this.#transport.close()
  }

  /** Every call passes here, whatever becomes of it. */
  async #ask<T>(request: DingTalkCall<T>, isFine: (json: unknown) => boolean): Promise<T> {
    const startedAt = performance.now()
    const note = (outcome: 'ok' | ErrorCode) =>
      this.#metrics?.dingtalkCall(request.call, outcome, performance.now() - startedAt)
    try {
      const answer = await this.#guard(request, ({ status, json }) => {
        if (!isSuccess(status) || !isFine(json)) throw failureOf(request, status, json)
        return readAnswer(request, json)
      })
      note('ok')
      return answer
    } catch (error) {
      note(error instanceof DingTalkError ? error.code : 'internal')
      throw error
    }
  }

  /** Asks DingTalk, unless it is away or too much is under way: then the request is not sent at all. */
  async #guard<T>(request: DingTalkCall<T>, judge: (answer: Answer) => T): Promise<T> {
    const { call } = request
    const breaker = this.#breakerOf(call)
    if (breaker.isOpen) throw notAsked(call, 'away')
    if (!(await this.#limit.enter(this.#timeoutMs))) throw notAsked(call, 'too many calls under way')
    try {
      // It may have gone while this call waited for its place.
      if (breaker.isOpen) throw notAsked(call, 'away')
      return await breaker.run(async () => judge(await this.#send(request)))
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

  async #send({ call, method, url, headers, body }: DingTalkCall<unknown>): Promise<Answer> {
    // All of it, however long the call waited for its place: what is left of a deadline would spend the code, and say nothing of DingTalk.
    // Cleared in the end, unlike AbortSignal.timeout, which keeps what it is about in memory for its whole time.
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), this.#timeoutMs)
    try {
      const { status, text } = await this.#transport.send({
        method,
        url,
        headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: deadline.signal,
      })
      return { status, json: parseAnswer(call, status, text) }
    } catch (error) {
      if (deadline.signal.aborted)
        throw failure(call, { code: 'dingtalk_timeout' }, `no answer within ${this.#timeoutMs} ms`)
      if (!(error instanceof TransportError)) throw error
      if (error.code === TOO_LONG) throw failure(call, verdicts.unreadable, 'answer over 1 MB')
      throw failure(call, error.code.startsWith('HPE_') ? verdicts.unreadable : verdicts.unavailable, error.code)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** How long DingTalk is left alone after a run of such errors; 0 where it is an answer. */
function pauseMs(error: unknown): number {
  if (!(error instanceof DingTalkError)) return 0
  if (!['dingtalk_unavailable', 'dingtalk_timeout'].includes(error.code)) return 0
  return error.failure.isThrottled ? THROTTLED_MS : AWAY_MS
}

function notAsked(call: string, why: string): DingTalkError {
  return failure(call, verdicts.unavailable, `not asked: ${why}`)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function parseAnswer(call: string, status: number, text: string): unknown {
  if (status >= 300 && status < 400) throw failure(call, verdicts.unreadable, `HTTP ${status}: a redirect`)
  if (text.trimStart().startsWith('<'))
    throw failure(call, verdicts.unavailable, `HTTP ${status}: a page, not an answer`)
  const json = parseJson(text)
  if (json === undefined) throw failure(call, verdictOnStatus(status), `HTTP ${status}: not JSON`)
  return json
}

function readAnswer<T>({ call, answer }: DingTalkCall<T>, json: unknown): T {
  const parsed = answer.safeParse(json)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw failure(call, verdicts.unreadable, `unexpected ${fields.join(', ') || 'answer'}`)
}

/** Decides on DingTalk's code alone: its message is localised. */
function failureOf(request: DingTalkCall<unknown>, status: number, json: unknown): DingTalkError {
  const { call } = request
  if (banBody.safeParse(json).success) return failure(call, verdicts.unavailable, 'this address is banned for a while')
  const oapi = oapiStatus.safeParse(json)
  if (oapi.success) {
    const code = oapi.data.errcode === 88 ? explained88(oapi.data) : oapi.data.errcode
    return failure(call, oapiErrors.get(code) ?? verdictOnStatus(status), String(code))
  }
  const api = apiStatus.safeParse(json)
  if (api.success)
    return failure(call, apiVerdict(api.data.code) ?? verdictOnStatus(status), loggable(api.data.code, request))
  return failure(call, verdictOnStatus(status), `HTTP ${status}: no error code`)
}

/** 88, authentication failed, says what it means in a sub code. */
function explained88({ sub_code, errmsg }: z.infer<typeof oapiStatus>): number {
  return sub_code ?? Number(/\bsub_?code=(-?\d{1,9})\b/.exec(errmsg ?? '')?.[1] ?? 88)
}

/** A code of api.dingtalk.com as the log may hold it: words and dots, and nothing of what we had sent. */
function loggable(code: string, { url, headers, body }: DingTalkCall<unknown>): string {
  const sent = `${url.href} ${JSON.stringify([headers, body])}`
  return /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(code) && code.length <= 100 && !sent.includes(code)
    ? code
    : 'an undocumented code'
}

/** For an answer whose code is missing or not documented. */
function verdictOnStatus(status: number): Verdict {
  return status >= 500 || status === 429 ? verdicts.unavailable : verdicts.unreadable
}

function failure(call: string, { code, ...hints }: Verdict, upstreamCode: string): DingTalkError {
  return new DingTalkError(code, { call, upstreamCode, ...hints })
}
