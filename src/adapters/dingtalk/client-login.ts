import { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import type { ClientLogin } from '../../services/client-login.js'
import type { DingTalkProfile } from '../../services/ports.js'
import type { AppToken } from './app-token.js'
import type { DingTalkClient } from './client.js'
import { staleTokenCodes } from './error-table.js'
import { nick, unionId } from './profile-fields.js'

interface Options {
  client: DingTalkClient
  oapiUrl: string
  /** Of the application that the DingTalk client was asked for a code for. */
  token: AppToken
}

/** https://open.dingtalk.com/document/development/obtain-the-userid-of-a-user-by-using-the-log-free */
const response = z.object({ result: z.object({ unionid: unionId, name: nick }) })

/** The code that the DingTalk client gives to a page of the organisation's application, exchanged for the person. */
export class DingTalkClientLogin implements ClientLogin {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  async profileFor(code: string): Promise<DingTalkProfile> {
    const { token } = this.#options
    const held = await token.get()
    try {
      return await this.#exchange(code, held)
    } catch (error) {
      // The one refusal that comes before the code is looked at: it is not spent.
      if (!(error instanceof DingTalkError) || !staleTokenCodes.has(error.failure.upstreamCode)) throw error
      token.drop(held)
      return this.#exchange(code, await token.get())
    }
  }

  async #exchange(code: string, token: string): Promise<DingTalkProfile> {
    const url = new URL('/topapi/v2/user/getuserinfo', this.#options.oapiUrl)
    url.search = new URLSearchParams({ access_token: token }).toString()
    const { result } = await this.#options.client.oapi({
      call: 'user/getuserinfo',
      method: 'POST',
      url,
      body: { code },
      response,
    })
    return { unionId: result.unionid, nick: result.name, avatarUrl: null, isStandIn: true }
  }
}
