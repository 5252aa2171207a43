import { z } from 'zod'
import type { AuthorizeRequest, DingTalkFlow, DingTalkProfile, InlineCode } from '../../services/ports.js'
import type { DingTalkClient } from './client.js'
import { avatarUrl, nick, unionId } from './profile-fields.js'

interface Options {
  client: DingTalkClient
  appId: string
  appSecret: string
  loginUrl: string
  apiUrl: string
}

/** https://open.dingtalk.com/document/development/obtain-user-token */
const tokenResponse = z.object({
  accessToken: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/),
})
/**
 * https://open.dingtalk.com/document/development/tutorial-obtaining-user-personal-information
 * All but `unionId` may be absent.
 */
const userResponse = z.object({ nick, unionId, avatarUrl })

/**
 * The login of applications made since 2021: the code is exchanged for a token, and the token for the profile.
 * https://open.dingtalk.com/document/development/obtain-identity-credentials
 */
export class Oauth2Flow implements DingTalkFlow {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** As DingTalk's `DTFrameLogin` does: the same page, told that it is in a frame. It posts the callback's address. */
  inlineCode(request: AuthorizeRequest): InlineCode {
    const frame = new URL(this.authorizeUrl(request))
    frame.searchParams.set('iframe', 'true')
    return { frameUrl: frame.href, resumeUrl: undefined }
  }

  authorizeUrl({ state, redirectUri }: AuthorizeRequest): string {
    const url = new URL('/oauth2/auth', this.#options.loginUrl)
    url.search = new URLSearchParams({
      redirect_uri: redirectUri,
      response_type: 'code',
      client_id: this.#options.appId,
      scope: 'openid',
      state,
      prompt: 'consent', // without it the login fails
    }).toString()
    return url.href
  }

  async profileFor(code: string): Promise<DingTalkProfile> {
    const { client, appId, appSecret, apiUrl } = this.#options
    const { accessToken } = await client.api({
      call: 'userAccessToken',
      method: 'POST',
      url: new URL('/v1.0/oauth2/userAccessToken', apiUrl),
      body: { clientId: appId, clientSecret: appSecret, code, grantType: 'authorization_code' },
      response: tokenResponse,
    })
    // The token is used for this one call and kept nowhere.
    return client.api({
      call: 'users/me',
      method: 'GET',
      url: new URL('/v1.0/contact/users/me', apiUrl),
      headers: { 'x-acs-dingtalk-access-token': accessToken },
      response: userResponse,
    })
  }
}
