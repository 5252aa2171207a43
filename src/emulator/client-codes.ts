import { z } from 'zod'
import type { Codes } from './codes.js'
import type { People } from './people.js'

/**
 * The application for which the DingTalk client asks: one of the organisation, whose page gets the code from
 * `requestAuthCode` and exchanges it at `topapi/v2/user/getuserinfo`; or one for scan logins, which gets it at its
 * callback by `scope=snsapi_auth` and exchanges it at `sns/getuserinfo_bycode`.
 */
export const clientApplications = ['organisation', 'scan-login'] as const

export type ClientApplication = (typeof clientApplications)[number]

/** Whose code, and for which application. */
export const clientCodeOrderSchema = z.strictObject({
  person: z.string(),
  application: z.enum(clientApplications).default('organisation'),
})

/**
 * The code that the DingTalk client of a person would get.
 * @throws on an unknown person, and on one who is no employee: an application of the organisation opens for members
 */
export function clientCode(
  { codes, people }: { codes: Codes; people: People },
  personId: string,
  application: ClientApplication,
): string {
  const { membership } = people.get(personId)
  if (application === 'scan-login') return codes.issue({ kind: 'qrconnect', personId, withCorpId: false })
  if (membership !== 'employee') throw new Error(`${personId} is no employee: the client gives no code`)
  return codes.issue({ kind: 'client', personId, withCorpId: false })
}
