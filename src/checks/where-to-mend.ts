/** What an operator has to do about one of DingTalk's refusals: the texts say where. */
export type Remedy =
  | 'secret'
  | 'application'
  | 'callback'
  | 'ipList'
  | 'permission'
  | 'contactScope'
  | 'visibleRange'
  | 'clock'
  | 'corpId'
  | 'token'
  | 'dns'
  | 'bug'
  | 'throttled'
  | 'away'
  | 'unreadable'

/** By how the error table begins or words what to look at; the first that fits holds. */
const bySetting: readonly [RegExp, Remedy][] = [
  [/^DINGTALK_APP_SECRET/, 'secret'],
  [/^DINGTALK_APP_ID/, 'application'],
  [/^DINGTALK_CORP_ID/, 'corpId'],
  [/^PUBLIC_URL/, 'callback'],
  [/IP list/, 'ipList'],
  [/permissions/, 'permission'],
  [/contact scope/, 'contactScope'],
  [/visible range/, 'visibleRange'],
  [/clock/, 'clock'],
  [/DNS/, 'dns'],
  [/access token/, 'token'],
  [/bug of this server/, 'bug'],
]

/** DingTalk's codes for having been asked too often. */
const throttled = /^9\d{4}$|QpsLimit|QpmLimit|ApiCountLimit|banned/

/** What to do, by what is known of the failure. */
export function remedyOf({ code, setting, upstreamCode }: Failure): Remedy {
  const known = setting === undefined ? undefined : bySetting.find(([pattern]) => pattern.test(setting))
  if (known) return known[1]
  if (throttled.test(upstreamCode ?? '')) return 'throttled'
  return code === 'dingtalk_unavailable' || code === 'dingtalk_timeout' ? 'away' : 'unreadable'
}

/** Whether it is a setting that has to be changed, which counts after a restart. */
export function isMendedBySetting(remedy: Remedy): boolean {
  return remedy === 'secret' || remedy === 'application' || remedy === 'corpId'
}

interface Failure {
  code: string
  setting: string | undefined
  upstreamCode: string | undefined
}

/** The names of settings in it, such as `DINGTALK_APP_SECRET`. */
export function settingsIn(setting: string | undefined): string[] {
  const names = setting?.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []
  return [...new Set(names)]
}
