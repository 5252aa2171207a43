import { z } from 'zod'
import { SingleFlight } from '../../single-flight.js'
import { MINUTE } from '../../time.js'
import type { DingTalkClient } from './client.js'

const REFRESH_EARLY_MS = 10 * MINUTE

interface Options {
  client: DingTalkClient
  oapiUrl: string
  appKey: string
  appSecret: string
  now?: () => number
}

/** https://open.dingtalk.com/document/development/obtain-orgapp-token; `expires_in` is in seconds. */
const response = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().int().positive(),
})

/**
 * The access token of the application that reads the directory. DingTalk throttles those who ask for it often: it is
 * kept until ten minutes before its end, and fetched once however many wait for it.
 */
export class AppToken {
  readonly #options: Required<Options>
  readonly #fetching = new SingleFlight<'token', string>()
  #held: { token: string; refreshAt: number } | undefined

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** @throws {DingTalkError} */
  async get(): Promise<string> {
    if (this.#held && this.#options.now() < this.#held.refreshAt) return this.#held.token
    return this.#fetching.run('token', () => this.#fetch())
  }

  /** Forgets a token that DingTalk refused, unless it has been replaced meanwhile. */
  drop(token: string): void {
    if (this.#held?.token === token) this.#held = undefined
  }

  async #fetch(): Promise<string> {
    const { client, oapiUrl, appKey, appSecret, now } = this.#options
    const url = new URL('/gettoken', oapiUrl)
    url.search = new URLSearchParams({ appkey: appKey, appsecret: appSecret }).toString()
    const { access_token, expires_in } = await client.oapi({ call: 'gettoken', method: 'GET', url, response })
    const lifeMs = expires_in * 1000
    // DingTalk may return a token that it issued earlier: one with less than ten minutes left is kept for half of them.
    this.#held = { token: access_token, refreshAt: now() + Math.max(lifeMs - REFRESH_EARLY_MS, lifeMs / 2) }
    return access_token
  }
}
