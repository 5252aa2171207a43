import type { ErrorCode } from '../../src/errors.js'

/** The status of each error that DingTalk can cause; written down again, as a table of the source cannot test itself. */
export const statuses: Partial<Record<ErrorCode, number>> = {
  code_rejected: 401,
  not_a_member: 403,
  dingtalk_misconfigured: 502,
  dingtalk_unreadable: 502,
  dingtalk_unavailable: 503,
  dingtalk_timeout: 504,
}
