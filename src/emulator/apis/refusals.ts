import { randomBytes, randomUUID } from 'node:crypto'
import { type ApiErrorCode, apiErrorOf, apiMessageOf, errmsgOf } from './dingtalk-errors.js'

/** The response of an API, and how the journal calls it. */
export interface ApiResponse {
  status: number
  body: unknown
  outcome: string
  personId?: string
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

export function success(body: unknown, personId?: string): ApiResponse {
  return { status: 200, body, outcome: 'ok', ...(personId !== undefined && { personId }) }
}

/** oapi says no: HTTP 200 with an errcode. */
export function oapiRefusal(errcode: number, detail?: string): Refusal {
  const errmsg = detail === undefined ? errmsgOf(errcode) : `${errmsgOf(errcode)} ${detail}`
  return new Refusal({ status: 200, body: { errcode, errmsg }, outcome: String(errcode) })
}

/** topapi says no: the same with a request id, or an 88 that holds the true code. */
export function topapiRefusal(errcode: number, subCode?: number): Refusal {
  return new Refusal({
    status: 200,
    body: subCode === undefined ? topapiError(errcode) : subcodeError(errcode, String(subCode), true),
    outcome: String(subCode ?? errcode),
  })
}

/** api says no: a 4xx or 5xx with a code. */
export function apiRefusal(code: ApiErrorCode, detail?: string): Refusal {
  const { status, message } = apiErrorOf(code)
  return new Refusal({
    status,
    body: apiError(code, detail === undefined ? message : `${message}：${detail}`),
    outcome: code,
  })
}

export function topapiError(errcode: number): unknown {
  return { errcode, errmsg: errmsgOf(errcode), request_id: requestId() }
}

/** The subcode comes as a field and in the message, or in the message alone. */
export function subcodeError(errcode: number, subCode: string, asField: boolean): unknown {
  const submsg = errmsgOf(Number(subCode))
  return {
    errcode,
    ...(asField && { sub_code: subCode, sub_msg: submsg }),
    errmsg: `ding talk error[subcode=${subCode},submsg=${submsg}]`,
    request_id: requestId(),
  }
}

export function apiError(code: string, message = apiMessageOf(code)): unknown {
  return { code, requestid: randomUUID().toUpperCase(), message }
}

/** As topapi numbers its responses. */
export function requestId(): string {
  return randomBytes(7).toString('hex').slice(0, 13)
}
