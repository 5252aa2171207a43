import type { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import type { AppToken } from './app-token.js'
import type { DingTalkClient } from './client.js'
import { staleTokenCodes } from './error-table.js'

interface Options {
  client: DingTalkClient
  oapiUrl: string
  token: AppToken
}

interface DirectoryCall<T> {
  /** The API's name, for the log. */
  call: string
  path: string
  body: unknown
  /** What is needed of a good response. */
  response: z.ZodType<T>
}

/** What the organisation's application asks on oapi.dingtalk.com, with its access token. */
export class DirectoryCalls {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws {DingTalkError} */
  ask<T>(call: DirectoryCall<T>): Promise<T> {
    return this.withToken((token) => this.#askWith(token, call))
  }

  /**
   * Asks once more with another token where DingTalk refuses the one that is held: it does so before it looks at
   * anything else.
   * @throws {DingTalkError}
   */
  async withToken<T>(ask: (token: string) => Promise<T>): Promise<T> {
    const { token } = this.#options
    const held = await token.get()
    try {
      return await ask(held)
    } catch (error) {
      if (!(error instanceof DingTalkError) || !staleTokenCodes.has(error.failure.upstreamCode)) throw error
      token.drop(held)
      return ask(await token.get())
    }
  }

  #askWith<T>(token: string, { call, path, body, response }: DirectoryCall<T>): Promise<T> {
    const url = new URL(path, this.#options.oapiUrl)
    url.search = new URLSearchParams({ access_token: token }).toString()
    return this.#options.client.oapi({ call, method: 'POST', url, body, response })
  }
}
