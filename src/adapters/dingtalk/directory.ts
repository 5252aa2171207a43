import { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import type { Directory, DirectoryProfile, Standing } from '../../services/directory.js'
import type { AppToken } from './app-token.js'
import type { DingTalkClient } from './client.js'
import { staleTokenCodes } from './error-table.js'

/**
 * https://open.dingtalk.com/document/development/query-a-user-by-the-union-id
 * `contact_type` is printed there as a number and as its text. 0: employee, 1: external contact.
 */
const response = z.object({
  result: z
    .object({
      contact_type: z.union([z.literal([0, 1]), z.literal(['0', '1'])]).transform(Number),
      userid: z.string().min(1).optional(),
    })
    .transform(({ contact_type, userid }, ctx): Standing => {
      if (contact_type !== 0) return { is: 'external' }
      if (userid) return { is: 'employee', userid }
      ctx.addIssue({ code: 'custom', path: ['userid'], message: 'is missing' })
      return z.NEVER
    }),
})

/** The organisation's directory, asked with the access token of an application that may read it. */
export class DingTalkDirectory implements Directory {
  readonly #client: DingTalkClient
  readonly #oapiUrl: string
  readonly #token: AppToken

  constructor({ client, oapiUrl, token }: { client: DingTalkClient; oapiUrl: string; token: AppToken }) {
    this.#client = client
    this.#oapiUrl = oapiUrl
    this.#token = token
  }

  async standingOf(unionId: string): Promise<Standing> {
    const token = await this.#token.get()
    try {
      return await this.#lookUp(unionId, token)
    } catch (error) {
      if (!(error instanceof DingTalkError) || !staleTokenCodes.has(error.failure.upstreamCode)) throw error
      this.#token.drop(token)
      return this.#lookUp(unionId, await this.#token.get())
    }
  }

  profileOf(_userid: string): Promise<DirectoryProfile> {
    throw new Error('to be written')
  }

  async #lookUp(unionId: string, token: string): Promise<Standing> {
    const url = new URL('/topapi/user/getbyunionid', this.#oapiUrl)
    url.search = new URLSearchParams({ access_token: token }).toString()
    try {
      const { result } = await this.#client.oapi({
        call: 'getbyunionid',
        method: 'POST',
        url,
        body: { unionid: unionId },
        response,
      })
      return result
    } catch (error) {
      // They were never in this organisation, or have left it.
      if (error instanceof DingTalkError && error.code === 'not_a_member') return { is: 'unknown' }
      throw error
    }
  }
}
