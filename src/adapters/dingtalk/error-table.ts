import { DingTalkError, type DingTalkErrorCode } from '../../errors.js'

/** What one of DingTalk's errors means here. */
export interface Verdict {
  code: DingTalkErrorCode
  /** What the operator has to look at. */
  setting?: string
  /** DingTalk is there, but was asked too often. */
  isThrottled?: boolean
}

/** The verdicts that are not about a setting. */
export const verdicts = {
  rejected: { code: 'code_rejected' },
  notAMember: { code: 'not_a_member' },
  /** Busy or away: worth another try later. */
  unavailable: { code: 'dingtalk_unavailable' },
  throttled: { code: 'dingtalk_unavailable', isThrottled: true },
  /** Not what DingTalk documents. */
  unreadable: { code: 'dingtalk_unreadable' },
} as const satisfies Record<string, Verdict>

const misconfigured = (setting: string): Verdict => ({ code: 'dingtalk_misconfigured', setting })

const ourRequest = misconfigured('none: the request itself is wrong, which is a bug of this server')
const application = misconfigured('DINGTALK_APP_ID / DINGTALK_APP_SECRET, or the DINGTALK_CORP_APP_ pair')
const ipList = misconfigured("the application's IP list in DingTalk's console (the address can be the IPv6 one)")
const permission = misconfigured(
  "the application's permissions in DingTalk's console, or the application or organisation is disabled",
)
const contactScope = misconfigured("the application's contact scope in DingTalk's console")
/** The DingTalk client gives a code all the same. */
const notVisible: Verdict = {
  code: 'not_permitted',
  setting: "the application's visible range in DingTalk's console: this person is not in it",
}
const token = misconfigured('the application: DingTalk refuses the access token that it has just given')

function each(codes: number[], verdict: Verdict): [number, Verdict][] {
  return codes.map((code) => [code, verdict])
}

/**
 * The `errcode` that oapi.dingtalk.com sends with HTTP 200.
 * https://open.dingtalk.com/document/development/server-api-error-codes-1
 */
export const oapiErrors: ReadonlyMap<number, Verdict> = new Map([
  ...each([40078, 42008, 40102, 40029, 42003, 40091], verdicts.rejected),
  ...each([41026, 853001, 40035, 43002, 43003, 43004, 43005, 43006, 43007, 43008, 43009, 47001, 22], ourRequest),
  ...each([853002], misconfigured("this machine's clock: it is off by more than a minute")),
  ...each([853003, 40086, 40096, 40089], application),
  ...each([853004], misconfigured('DINGTALK_APP_SECRET: the signature is refused')),
  ...each([50001], misconfigured("PUBLIC_URL: the callback address is not registered in DingTalk's console")),
  // 88 (authentication failed) usually has a sub code that says what failed: this is one without.
  ...each([50003, 50005, 60011, 88], permission),
  ...each([60020], ipList),
  ...each([40014, 42001], token),
  ...each([50002], contactScope),
  ...each([40079], notVisible),
  ...each([60121], verdicts.notAMember),
  ...each([-1], verdicts.unavailable),
  ...each([90001, 90002, 90003, 90004, 90005, 90006, 90007, 90008, 90009, 90010, 90011], verdicts.throttled),
  ...each([90012, 90013, 90014, 90017, 90018, 90020], verdicts.throttled),
])

/**
 * The codes that say that an app access token is no longer good.
 * https://open.dingtalk.com/document/development/obtain-orgapp-token
 * https://open.dingtalk.com/document/development/server-api-error-codes-1
 */
export const staleTokenCodes: ReadonlySet<string> = new Set(['40014', '42001', 'InvalidAuthentication'])

/**
 * The `code` that api.dingtalk.com sends with HTTP 4xx and 5xx. The first rule that fits holds: throttling comes as
 * 403, so it stands before permission.
 * https://open.dingtalk.com/document/development/server-api-error-codes-1
 */
const apiRules: readonly [RegExp, Verdict][] = [
  [/^invalidParameter\.authCode\.notFound$|^invalidCode$/, verdicts.rejected],
  [/^invalidClientIdOrSecret$|^invalid\.client$|^unauthorized\.client$|^authFailed$/, application],
  [/^InvalidAuthentication$|^AuthenticationFailed\.MissingParameter$/, token],
  [/^Forbidden\.AccessDenied\.(QpsLimit|QpmLimit|ApiCountLimit)/, verdicts.throttled],
  [/^system\.busy$|^systemBusy$|^unknownError$|^systemError(\.|$)/, verdicts.unavailable],
  [/^Forbidden\.AccessDenied\.IpNotInWhiteList$/, ipList],
  [/^Forbidden\.AccessDenied\./, permission],
]

/** The verdict on an error of api.dingtalk.com; undefined where its code is not documented. */
export function apiVerdict(code: string): Verdict | undefined {
  return apiRules.find(([pattern]) => pattern.test(code))?.[1]
}

/** Whether DingTalk refuses this very call because the application has no permission for it, or for the person. */
export function isWithoutPermission(error: unknown, call: string): boolean {
  const settings: (string | undefined)[] = [permission.setting, contactScope.setting]
  return error instanceof DingTalkError && error.failure.call === call && settings.includes(error.failure.setting)
}
