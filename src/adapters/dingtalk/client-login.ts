import { z } from 'zod'
import type { ClientLogin } from '../../services/client-login.js'
import type { DingTalkProfile } from '../../services/ports.js'
import type { DirectoryCalls } from './directory-calls.js'
import { nick, unionId } from './profile-fields.js'

/** https://open.dingtalk.com/document/development/obtain-the-userid-of-a-user-by-using-the-log-free */
const response = z.object({ result: z.object({ unionid: unionId, name: nick }) })

/** The code that the DingTalk client gives to a page of the organisation's application, exchanged for the person. */
export class DingTalkClientLogin implements ClientLogin {
  readonly #calls: DirectoryCalls

  /** With the token of the application that the DingTalk client was asked for a code for. */
  constructor(calls: DirectoryCalls) {
    this.#calls = calls
  }

  async profileFor(code: string): Promise<DingTalkProfile> {
    const path = '/topapi/v2/user/getuserinfo'
    const { result } = await this.#calls.ask({ call: 'user/getuserinfo', path, body: { code }, response })
    return { unionId: result.unionid, nick: result.name, avatarUrl: null, isStandIn: true }
  }
}
