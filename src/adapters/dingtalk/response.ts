import { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import { apiVerdict, oapiErrors, type Verdict, verdicts } from './error-table.js'
import { parseJson } from './parse-json.js'
import { TOO_LONG } from './transport-error.js'

/** One request to DingTalk. Never sent twice: a code may be spent even when the response never came. */
export interface DingTalkCall<T> {
  /** The API's name, for the log. */
  call: string
  method: 'GET' | 'POST'
  url: URL
  headers?: Record<string, string>
  body?: unknown
  /** What is needed of a good response. */
  response: z.ZodType<T>
}

/** A response as it came. */
export interface RawResponse {
  status: number
  text: string
}

/** One of DingTalk's hosts: where it is set, and how it says that a call went well. */
export interface ApiHost {
  urlSetting: string
  isFine(json: unknown): boolean
}

/** `errcode` is documented as a number and printed in places as its text. */
const errcode = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
])
/** https://open.dingtalk.com/document/development/server-api-error-codes-1 */
const oapiStatus = z.object({
  errcode,
  // The code alone decides: a malformed text beside it must not hide it.
  sub_code: errcode.optional().catch(undefined),
  errmsg: z.string().optional().catch(undefined),
})
const apiStatus = z.object({ code: z.string().min(1).max(200) })
/** What DingTalk sends for five minutes to an address that called too often: it may also be a page. */
const banBody = z.union([z.object({ status: z.literal(1111) }), z.object({ punish: z.string() })])

/** oapi.dingtalk.com sends HTTP 200 with an `errcode`, which is 0 where all is well. */
export const oapiHost: ApiHost = {
  urlSetting: 'DINGTALK_OAPI_URL',
  isFine: (json) => oapiStatus.safeParse(json).data?.errcode === 0,
}

/** What only a failure has, by those three: a schema that fails costs more than all else of a good response. */
const FAILURE_FIELDS = ['code', 'errcode', 'status', 'punish']

/** api.dingtalk.com sends errors as 4xx or 5xx with a `code`. */
export const apiHost: ApiHost = {
  urlSetting: 'DINGTALK_API_URL',
  isFine: (json) =>
    !hasAny(json, FAILURE_FIELDS) ||
    (!apiStatus.safeParse(json).success &&
      (oapiStatus.safeParse(json).data?.errcode ?? 0) === 0 &&
      !banBody.safeParse(json).success),
}

function hasAny(json: unknown, names: string[]): boolean {
  return typeof json === 'object' && json !== null && names.some((name) => name in json)
}

/**
 * What was asked for, out of a response as it came.
 * @throws {DingTalkError}
 */
export function readResponse<T>(request: DingTalkCall<T>, host: ApiHost, { status, text }: RawResponse): T {
  const { call } = request
  const json = parseResponse(call, status, text)
  if (!isSuccess(status) || !host.isFine(json)) throw failureOf(request, status, json)
  const parsed = request.response.safeParse(json)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw failure(call, verdicts.unreadable, `unexpected ${fields.join(', ') || 'answer'}`)
}

/** The failure of a call that had no response, or none that can be read; the code is that of the `TransportError`. */
export function transportFailure(call: string, host: ApiHost, code: string): DingTalkError {
  if (code === TOO_LONG) return failure(call, verdicts.unreadable, 'answer over 1 MB')
  if (code.startsWith('HPE_')) return failure(call, verdicts.unreadable, code)
  return failure(call, { ...verdicts.unavailable, ...dnsHint(host, code) }, code)
}

/** Where the host's name could not be looked up, waiting may not help: the operator is told what to look at. */
function dnsHint({ urlSetting }: ApiHost, code: string): Pick<Verdict, 'setting'> {
  if (code === 'ENOTFOUND') return { setting: `${urlSetting}: its host has no address (DNS)` }
  if (code === 'EAI_AGAIN') return { setting: 'the name server (DNS) of this machine: it could not look up the host' }
  return {}
}

/** The one place that makes a `DingTalkError`: `upstreamCode` is DingTalk's, or says how the call failed. */
export function failure(call: string, { code, ...hints }: Verdict, upstreamCode: string): DingTalkError {
  return new DingTalkError(code, { call, upstreamCode, ...hints })
}

function parseResponse(call: string, status: number, text: string): unknown {
  if (status >= 300 && status < 400) throw failure(call, verdicts.unreadable, `HTTP ${status}: a redirect`)
  const isPage = text.trimStart().startsWith('<')
  if (isPage) throw failure(call, verdicts.unavailable, `HTTP ${status}: a page, not an answer`)
  const json = parseJson(text)
  if (json === undefined) throw failure(call, verdictOnStatus(status), `HTTP ${status}: not JSON`)
  return json
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
  if (api.success) {
    const { code } = api.data
    return failure(call, apiVerdict(code) ?? verdictOnStatus(status), loggable(code, request))
  }
  return failure(call, verdictOnStatus(status), `HTTP ${status}: no error code`)
}

/** 88 is "authentication failed"; its sub code, which may stand in the message alone, says why. */
function explained88({ sub_code, errmsg }: z.infer<typeof oapiStatus>): number {
  return sub_code ?? Number(/\bsub_?code=(-?\d{1,9})\b/.exec(errmsg ?? '')?.[1] ?? 88)
}

/** A code of api.dingtalk.com as the log may hold it: words and dots, and nothing of what was sent. */
function loggable(code: string, { url, headers, body }: DingTalkCall<unknown>): string {
  const sent = `${url.href} ${JSON.stringify([headers, body])}`
  const isName = code.length <= 100 && /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(code)
  return isName && !sent.includes(code) ? code : 'an undocumented code'
}

/** For a response whose code is missing or not documented. */
function verdictOnStatus(status: number): Verdict {
  return status >= 500 || status === 429 ? verdicts.unavailable : verdicts.unreadable
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
