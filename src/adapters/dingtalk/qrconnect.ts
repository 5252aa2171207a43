import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { DingTalkFlow, DingTalkProfile } from '../../services/ports.js'
import type { DingTalkClient } from './client.js'
import { nick, unionId } from './profile-fields.js'

interface Options {
  client: DingTalkClient
  appId: string
  appSecret: string
  oapiUrl: string
  now?: () => number
}

/** Page `queries-basic-user-information`; live answers may add fields or lack documented ones. */
const answer = z.object({ user_info: z.object({ nick, unionid: unionId }) })

/** The scan-login applications of 2016 and later: one signed call. */
export class QrconnectFlow implements DingTalkFlow {
  readonly #options: Required<Options>

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  authorizeUrl({ state, redirectUri }: { state: string; redirectUri: string }): string {
    const url = new URL('/connect/qrconnect', this.#options.oapiUrl)
    url.search = new URLSearchParams({
      appid: this.#options.appId,
      response_type: 'code',
      scope: 'snsapi_login',
      state,
      redirect_uri: redirectUri,
    }).toString()
    return url.href
  }

  async profileFor(code: string): Promise<DingTalkProfile> {
    const { client, appId, appSecret, oapiUrl, now } = this.#options
    const timestamp = String(now())
    const url = new URL('/sns/getuserinfo_bycode', oapiUrl)
    url.search = new URLSearchParams({
      accessKey: appId,
      timestamp,
      signature: signTimestamp(timestamp, appSecret),
    }).toString()
    const { user_info } = await client.oapi({
      call: 'getuserinfo_bycode',
      method: 'POST',
      url,
      body: { tmp_auth_code: code },
      answer,
    })
    return { unionId: user_info.unionid, nick: user_info.nick, avatarUrl: null }
  }
}

/**
 * Base64 of the HMAC-SHA256 of the timestamp's decimal text (milliseconds), as yet without percent-encoding.
 * Page `signature-personal-registration`. Another official page signs `timestamp + "\n" + appSecret`: that is the group robots' algorithm.
 */
export function signTimestamp(timestamp: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(timestamp).digest('base64')
}
