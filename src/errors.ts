/** The public errors: code → HTTP status and the English sentence of the JSON response. Nothing else is shown. */
export const errorTable = {
  bad_request: { status: 400, message: 'A parameter is missing, given twice, too long or malformed.' },
  redirect_not_allowed: { status: 400, message: 'The address to return to is not one of the allowed front ends.' },
  attempt_missing: { status: 400, message: 'This login was not begun in this browser, or it is already over.' },
  attempt_expired: { status: 400, message: 'This login took too long. Please begin again.' },
  login_declined: { status: 403, message: 'The login was declined in DingTalk.' },
  code_rejected: {
    status: 401,
    message: 'DingTalk does not know this code: it is used or has expired. Please log in again.',
  },
  not_a_member: { status: 403, message: 'This DingTalk account is not an employee of this organisation.' },
  account_disabled: { status: 403, message: 'This account is disabled.' },
  not_permitted: { status: 403, message: 'This person may not use this application.' },
  unauthenticated: { status: 401, message: 'Nobody is signed in.' },
  origin_not_allowed: { status: 403, message: 'Requests from this origin are not allowed.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, message: 'This address does not answer this method.' },
  rate_limited: { status: 429, message: 'Too many requests from this address. Please wait a moment.' },
  internal: { status: 500, message: 'Something went wrong here. Please try again.' },
  service_unavailable: {
    status: 503,
    message: 'The login server cannot do this at the moment. Please try again shortly.',
  },
  dingtalk_misconfigured: { status: 502, message: 'The login is not set up correctly. Please tell the operator.' },
  dingtalk_unreadable: { status: 502, message: 'DingTalk gave an answer that could not be understood.' },
  dingtalk_unavailable: { status: 503, message: 'DingTalk is not available at the moment. Please try again shortly.' },
  dingtalk_timeout: { status: 504, message: 'DingTalk did not answer in time. Please try again.' },
} as const

export type ErrorCode = keyof typeof errorTable

interface AppErrorOptions {
  /** For the log only; never a secret, code, state or token. */
  detail?: string
  /**
   * For whoever sets the server up: what to change, in words. Part of the log's detail and of the JSON response's
   * message, and shown on the page where it may be seen.
   */
  hint?: { text: string; shown: 'always' | 'in development' }
  /** Response headers that belong to it, such as `Allow` and `Retry-After`. */
  headers?: Record<string, string>
  /** The user whom it concerns, where known; for the log. */
  userId?: string | undefined
}

/** An error with a response of its own: its code stands in the table above. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: ErrorCode
  readonly status: number
  readonly publicMessage: string
  readonly detail: string | undefined
  readonly hint: AppErrorOptions['hint']
  readonly headers: Record<string, string>
  readonly userId: string | undefined

  constructor(code: ErrorCode, { detail, hint, headers = {}, userId }: AppErrorOptions = {}) {
    super(detail ? `${code}: ${detail}` : code)
    this.hint = hint
    this.code = code
    this.status = errorTable[code].status
    this.publicMessage = errorTable[code].message
    this.detail = detail ?? hint?.text
    this.headers = headers
    this.userId = userId
  }
}

export type DingTalkErrorCode = Extract<
  ErrorCode,
  'code_rejected' | 'not_a_member' | 'not_permitted' | `dingtalk_${string}`
>

/** What is known of a failed call to DingTalk, for the log. */
interface DingTalkFailure {
  /** The API that failed, e.g. `getuserinfo_bycode`. */
  call: string
  /** DingTalk's own error code, or how the connection failed. */
  upstreamCode: string
  /** What the operator has to look at, where the failure is one of configuration. */
  setting?: string | undefined
  /** DingTalk is there, but was asked too often. */
  isThrottled?: boolean
}

/**
 * Every way in which DingTalk can fail leaves the adapters as this one class.
 * @NOTE it never has a `cause`: an AxiosError holds the request, and with it the secrets.
 */
export class DingTalkError extends AppError {
  override readonly name = 'DingTalkError'
  readonly failure: DingTalkFailure

  constructor(code: DingTalkErrorCode, failure: DingTalkFailure) {
    super(code, {
      detail: `${failure.call} → ${failure.upstreamCode}`,
      headers: code === 'dingtalk_unavailable' ? { 'Retry-After': '30' } : {},
    })
    this.failure = failure
  }
}

/**
 * What the operator asked for, or has set, cannot be done; the message is for the operator, and all there is to show.
 */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError'
}
