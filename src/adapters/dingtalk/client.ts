import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosInstance, isAxiosError } from 'axios'
import { z } from 'zod'
import { DingTalkError, type ErrorCode } from '../../errors.js'
import { parseJson } from '../../json.js'
import type { Metrics } from '../../metrics.js'
import { apiVerdict, oapiErrors, unavailable, unreadable, type Verdict } from './error-table.js'

const MAX_ANSWER_BYTES = 1024 * 1024
/** Idle connections are given up before a server or a firewall in between does so unseen: a request on a dead one cannot be sent again. */
const IDLE_CONNECTION_MS = 15_000

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

/** The one way to DingTalk: keep-alive connections, one deadline a call, and one funnel in which every failure becomes a `DingTalkError`. */
export class DingTalkClient {
  readonly #axios: AxiosInstance
  readonly #timeoutMs: number
  readonly #metrics: Metrics | undefined
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  }

  constructor({ timeoutMs, metrics }: { timeoutMs: number; metrics?: Metrics | undefined }) {
    this.#timeoutMs = timeoutMs
    this.#metrics = metrics
    this.#axios = axios.create({
      ...this.#agents,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      // The text as it came: an answer is judged here, not by what axios makes of it.
      responseType: 'text',
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
    })
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
      !apiStatus.safeParse(json).success && (oapiStatus.safeParse(json).data?.errcode ?? 0) === 0
    return this.#ask(request, isFine)
  }

  /** Ends the idle connections. */
  close(): void {
    this.#agents.httpAgent.destroy()
    this.#agents.httpsAgent.destroy()
  }

  /** Every call passes here, whatever becomes of it. */
  async #ask<T>(request: DingTalkCall<T>, isFine: (json: unknown) => boolean): Promise<T> {
    const startedAt = performance.now()
    const note = (outcome: 'ok' | ErrorCode) =>
      this.#metrics?.dingtalkCall(request.call, outcome, performance.now() - startedAt)
    try {
      const { status, json } = await this.#send(request)
      if (!isSuccess(status) || !isFine(json)) throw failureOf(request, status, json)
      const answer = readAnswer(request, json)
      note('ok')
      return answer
    } catch (error) {
      note(error instanceof DingTalkError ? error.code : 'internal')
      throw error
    }
  }

  async #send({ call, method, url, headers, body }: DingTalkCall<unknown>): Promise<Answer> {
    const deadline = AbortSignal.timeout(this.#timeoutMs)
    try {
      const { status, data } = await this.#axios.request<string>({
        method,
        url: url.href,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { data: JSON.stringify(body) }),
        signal: deadline,
      })
      return { status, json: parseAnswer(call, status, data) }
    } catch (error) {
      if (!isAxiosError(error)) throw error
      if (deadline.aborted) throw failure(call, { code: 'dingtalk_timeout' }, `no answer within ${this.#timeoutMs} ms`)
      // axios has no code of its own for an answer that is too long.
      if (/maxContentLength/.test(error.message)) throw failure(call, unreadable, 'answer over 1 MB')
      const code = error.code ?? 'no connection'
      throw failure(call, /^(HPE_|Z_|ERR__)/.test(code) ? unreadable : unavailable, code)
    }
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function parseAnswer(call: string, status: number, text: string): unknown {
  if (status >= 300 && status < 400) throw failure(call, unreadable, `HTTP ${status}: a redirect`)
  if (text.trimStart().startsWith('<')) throw failure(call, unavailable, `HTTP ${status}: a page, not an answer`)
  const json = parseJson(text)
  if (json === undefined) throw failure(call, verdictOnStatus(status), `HTTP ${status}: not JSON`)
  if (banBody.safeParse(json).success) throw failure(call, unavailable, 'this address is banned for a while')
  return json
}

function readAnswer<T>({ call, answer }: DingTalkCall<T>, json: unknown): T {
  const parsed = answer.safeParse(json)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw failure(call, unreadable, `unexpected ${fields.join(', ') || 'answer'}`)
}

/** Decides on DingTalk's code alone: its message is localised. */
function failureOf(request: DingTalkCall<unknown>, status: number, json: unknown): DingTalkError {
  const { call } = request
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
  return status >= 500 || status === 429 ? unavailable : unreadable
}

function failure(call: string, { code, setting }: Verdict, upstreamCode: string): DingTalkError {
  return new DingTalkError(code, { call, upstreamCode, setting })
}
