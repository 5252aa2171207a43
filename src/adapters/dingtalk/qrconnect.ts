import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { AuthorizeRequest, DingTalkFlow, DingTalkProfile, InlineCode } from '../../services/ports.js'
import type { DingTalkClient } from './client.js'
import { nick, unionId } from './profile-fields.js'

interface Options {
  client: DingTalkClient
  appId: string
  appSecret: string
  oapiUrl: string
  loginUrl: string
  now?: () => number
}

/**
 * https://open.dingtalk.com/document/development/queries-basic-user-information
 * Live responses may have more fields, or lack documented ones.
 */
const response = z.object({ user_info: z.object({ nick, unionid: unionId }) })

/**
 * The login of scan-login applications (2016 and later): one signed call exchanges the code for the profile.
 * https://open.dingtalk.com/document/development/obtain-the-user-information-based-on-the-sns-temporary-authorization
 */
export class QrconnectFlow implements DingTalkFlow {
  readonly #options: Required<Options>

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  authorizeUrl(request: AuthorizeRequest): string {
    return this.#authorizeUrl('/connect/qrconnect', 'snsapi_login', request)
  }

  inClientUrl(request: AuthorizeRequest): string {
    return this.#authorizeUrl('/connect/oauth2/sns_authorize', 'snsapi_auth', request)
  }

  /** As DingTalk's `ddLogin.js` does: a frame with the code, and an address to open with what the frame posts. */
  inlineCode(request: AuthorizeRequest): InlineCode {
    const resumeUrl = this.#authorizeUrl('/connect/oauth2/sns_authorize', 'snsapi_login', request)
    const frame = new URL('/login/qrcode.htm', this.#options.loginUrl)
    frame.search = new URLSearchParams({ goto: resumeUrl }).toString()
    return { frameUrl: frame.href, resumeUrl }
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
      response,
    })
    return { unionId: user_info.unionid, nick: user_info.nick, avatarUrl: null }
  }

  #authorizeUrl(path: string, scope: string, { state, redirectUri }: AuthorizeRequest): string {
    const { appId, oapiUrl } = this.#options
    const url = new URL(path, oapiUrl)
    url.search = new URLSearchParams({
      appid: appId,
      response_type: 'code',
      scope,
      state,
      redirect_uri: redirectUri,
    }).toString()
    return url.href
  }
}

/**
 * Base64 of the HMAC-SHA256 of the timestamp's decimal text (milliseconds), not yet percent-encoded.
 * https://open.dingtalk.com/document/development/signature-personal-registration
 * @NOTE another official page signs `timestamp + "\n" + appSecret`: that is the algorithm of group robots.
 */
export function signTimestamp(timestamp: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(timestamp).digest('base64')
}
