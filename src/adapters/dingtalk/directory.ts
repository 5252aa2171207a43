import { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import type { Directory, DirectoryProfile, Standing } from '../../services/directory.js'
import { DepartmentNames } from './department-names.js'
import type { DirectoryCalls } from './directory-calls.js'
import { userid } from './directory-fields.js'
import { DirectoryProfiles } from './directory-profiles.js'

/**
 * https://open.dingtalk.com/document/development/query-a-user-by-the-union-id
 * `contact_type` is printed there as a number and as its text. 0: employee, 1: external contact.
 */
const response = z.object({
  result: z
    .object({
      contact_type: z.union([z.literal([0, 1]), z.literal(['0', '1'])]).transform(Number),
      userid: userid.optional(),
    })
    .transform(({ contact_type, userid }, ctx): Standing => {
      if (contact_type !== 0) return { is: 'external' }
      if (userid) return { is: 'employee', userid }
      ctx.addIssue({ code: 'custom', path: ['userid'], message: 'is missing' })
      return z.NEVER
    }),
})

interface Options {
  calls: DirectoryCalls
  /** How often people are looked up again, in milliseconds; 0: never. */
  recheckMs?: number | undefined
  now?: () => number
}

/** The organisation's directory, asked with the access token of an application that may read it. */
export class DingTalkDirectory implements Directory {
  readonly #calls: DirectoryCalls
  readonly #profiles: DirectoryProfiles

  constructor({ calls, recheckMs, now = Date.now }: Options) {
    this.#calls = calls
    this.#profiles = new DirectoryProfiles({ calls, names: new DepartmentNames({ calls, recheckMs, now }) })
  }

  async standingOf(unionId: string): Promise<Standing> {
    const [call, path] = ['getbyunionid', '/topapi/user/getbyunionid']
    try {
      return (await this.#calls.ask({ call, path, body: { unionid: unionId }, response })).result
    } catch (error) {
      // They were never in this organisation, or have left it: this call alone says so, and not that for a token.
      const isAboutPerson = error instanceof DingTalkError && error.failure.call === call
      if (isAboutPerson && error.code === 'not_a_member') return { is: 'unknown' }
      throw error
    }
  }

  profileOf(userid: string): Promise<DirectoryProfile> {
    return this.#profiles.read(userid)
  }

  mayReadDepartments(): Promise<boolean> {
    return this.#profiles.mayReadDepartments()
  }

  forgetDepartments(ids: readonly number[]): void {
    this.#profiles.forgetDepartments(ids)
  }
}
