import { randomBytes, randomUUID } from 'node:crypto'
import { type ApiErrorCode, apiErrorOf, apiMessageOf, errmsgOf } from './dingtalk-errors.js'

/** The response of an API, and its name in the journal. */
export interface ApiResponse {
  status: number
  body: unknown
  outcome: string
  personId?: string
  /** The body for a client that did not ask for JSON. */
  xml?: string
}

/** Thrown by a check that fails. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly response: ApiResponse

  constructor(response: ApiResponse) {
    super(response.outcome)
    this.response = response
  }
}

/** A response of status 200. */
export function success(body: unknown, personId?: string): ApiResponse {
  return { status: 200, body, outcome: 'ok', ...(personId !== undefined && { personId }) }
}

/** A refusal on oapi: HTTP 200 with an errcode. */
export function oapiRefusal(errcode: number, detail?: string): Refusal {
  const errmsg = detail === undefined ? errmsgOf(errcode) : `${errmsgOf(errcode)} ${detail}`
  return new Refusal({ status: 200, body: { errcode, errmsg }, outcome: String(errcode) })
}

/** A refusal on topapi: the same with a request id, or an 88 that holds the true code. */
export function topapiRefusal(errcode: number, subCode?: number): Refusal {
  return new Refusal({
    status: 200,
    body: subCode === undefined ? topapiError(errcode) : subcodeError(errcode, String(subCode), true),
    outcome: String(subCode ?? errcode),
  })
}

/** A refusal on api: a 4xx or 5xx with a code. */
export function apiRefusal(code: ApiErrorCode, detail?: string): Refusal {
  const { status, message } = apiErrorOf(code)
  return new Refusal({
    status,
    body: apiError(code, detail === undefined ? message : `${message}：${detail}`),
    outcome: code,
  })
}

/** The body of a refusal on topapi. */
export function topapiError(errcode: number): unknown {
  return { errcode, errmsg: errmsgOf(errcode), request_id: requestId() }
}

/** The same with a subcode, as a field and in the message, or in the message alone. */
export function subcodeError(errcode: number, subCode: string, asField: boolean): unknown {
  const submsg = errmsgOf(Number(subCode))
  return {
    errcode,
    ...(asField && { sub_code: subCode, sub_msg: submsg }),
    errmsg: `ding talk error[subcode=${subCode},submsg=${submsg}]`,
    request_id: requestId(),
  }
}

/** The body of a refusal on api. */
export function apiError(code: string, message = apiMessageOf(code)): unknown {
  return { code, requestid: randomUUID().toUpperCase(), message }
}

/** An id of a response on topapi. */
export function requestId(): string {
  return randomBytes(7).toString('hex').slice(0, 13)
}
