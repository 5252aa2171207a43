import type { ErrorCode } from './errors.js'

/** What the server tells whoever watches it. No call throws, and none is told anything of a person. */
export interface Metrics {
  loginBegun(): void
  login(outcome: 'succeeded' | ErrorCode): void
  /** `call` is the API's name; `ok` is an answer that was as documented. */
  dingtalkCall(call: string, outcome: 'ok' | ErrorCode, ms: number): void
  /** `route` is the pattern that matched, undefined where none did; `aborted`: the connection ended before the answer was out. */
  request(route: string | undefined, method: string, status: number | 'aborted', ms: number): void
}
