import { createHmac } from 'node:crypto'

/**
 * base64(HMAC-SHA256(appSecret, timestamp)), before it is percent-encoded for the query.
 * https://open.dingtalk.com/document/development/signature-personal-registration
 * @NOTE not shared with the server, whose own signature is judged by this one: a mistake in common would pass.
 */
export function sign(appSecret: string, timestamp: string): string {
  return createHmac('sha256', appSecret).update(timestamp).digest('base64')
}
