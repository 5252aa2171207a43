import type { DingTalkErrorCode } from '../../errors.js'

/** How one of DingTalk's errors is to be taken; `setting` names what the operator has to look at. */
export interface Verdict {
  code: DingTalkErrorCode
  setting?: string
}

const rejected: Verdict = { code: 'code_rejected' }
/** Busy, throttled, away: worth another try later. */
export const unavailable: Verdict = { code: 'dingtalk_unavailable' }
/** Not what DingTalk documents. */
export const unreadable: Verdict = { code: 'dingtalk_unreadable' }
const misconfigured = (setting: string): Verdict => ({ code: 'dingtalk_misconfigured', setting })

const ourRequest = misconfigured('none: the request itself is wrong, which is a bug of this server')
const application = misconfigured('DINGTALK_APP_ID / DINGTALK_APP_SECRET, or the DINGTALK_CORP_APP_ pair')
const ipList = misconfigured("the application's IP list in DingTalk's console (the address can be the IPv6 one)")
const permission = misconfigured(
  "the application's permissions in DingTalk's console, or the application or organisation is disabled",
)
const contactScope = misconfigured("the application's contact scope in DingTalk's console")
const token = misconfigured('the application: DingTalk refuses the access token that it has just given')

function each(codes: number[], verdict: Verdict): [number, Verdict][] {
  return codes.map((code) => [code, verdict])
}

/** oapi.dingtalk.com answers HTTP 200 with an `errcode` (page `server-api-error-codes-1`). */
export const oapiErrors: ReadonlyMap<number, Verdict> = new Map([
  ...each([40078, 42008, 40102, 40029, 42003, 40091], rejected),
  ...each([41026, 853001, 40035, 43002, 43003, 43004, 43005, 43006, 43007, 43008, 43009, 47001, 22], ourRequest),
  ...each([853002], misconfigured("this machine's clock: it is off by more than a minute")),
  ...each([853003, 40086, 40096, 40089], application),
  ...each([853004], misconfigured('DINGTALK_APP_SECRET: the signature is refused')),
  ...each([50001], misconfigured("PUBLIC_URL: the callback address is not registered in DingTalk's console")),
  // 88 (authentication failed) says what it means in a sub code: this is one without.
  ...each([50003, 50005, 60011, 88], permission),
  ...each([60020], ipList),
  ...each([40014, 42001], token),
  ...each([50002], contactScope),
  ...each([60121], { code: 'not_a_member' }),
  ...each([-1, 90018, 90001, 90002, ...range(90003, 90014), 90017, 90020], unavailable),
])

/** DingTalk answers, only not so often. The codes of oapi.dingtalk.com, and of api.dingtalk.com. */
const throttled = /^900(0[1-9]|1[0-478]|20)$|^Forbidden\.AccessDenied\.(QpsLimit|QpmLimit|ApiCountLimit)/

/** Whether a failed call was one too many, rather than sent to somebody who is away. */
export function isThrottled(upstreamCode: string): boolean {
  return throttled.test(upstreamCode)
}

/** Codes by which DingTalk says that an app access token is no longer good (pages `obtain-orgapp-token`, `server-api-error-codes-1`). */
export const staleTokenCodes: ReadonlySet<string> = new Set(['40014', '42001', 'InvalidAuthentication'])

/** api.dingtalk.com answers 4xx and 5xx with a `code`. The first rule that fits holds: throttling comes as 403, so it stands before permission. */
const apiRules: readonly [RegExp, Verdict][] = [
  [/^invalidParameter\.authCode\.notFound$|^invalidCode$/, rejected],
  [/^invalidClientIdOrSecret$|^invalid\.client$|^unauthorized\.client$/, application],
  [/^InvalidAuthentication$|^AuthenticationFailed\.MissingParameter$/, token],
  [/^Forbidden\.AccessDenied\.(QpsLimit|QpmLimit|ApiCountLimit)/, unavailable],
  [/^system\.busy$|^systemBusy$|^unknownError$|^systemError(\.|$)/, unavailable],
  [/^Forbidden\.AccessDenied\.IpNotInWhiteList$/, ipList],
  [/^Forbidden\.AccessDenied\./, permission],
]

/** The verdict on an api.dingtalk.com error; undefined where the code is not documented. */
export function apiVerdict(code: string): Verdict | undefined {
  return apiRules.find(([pattern]) => pattern.test(code))?.[1]
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
