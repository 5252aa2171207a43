import { createHmac } from 'node:crypto'

/**
 * base64(HMAC-SHA256(appSecret, timestamp)), before it is percent-encoded for the query.
 * https://open.dingtalk.com/document/development/signature-personal-registration
 */
export function sign(appSecret: string, timestamp: string): string {
  return createHmac('sha256', appSecret).update(timestamp).digest('base64')
}
