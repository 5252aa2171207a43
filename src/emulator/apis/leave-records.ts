import type { Request } from 'express'
import { z } from 'zod'
import { queryOf } from '../../api/read-query.js'
import type { Leaver } from '../organisation/leavers.js'
import { single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { ApiHandler } from './api-call.js'
import { apiRefusal, success } from './refusals.js'

const MAX_RESULTS = 50
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const count = z.stringFormat('count', /^\d{1,9}$/).transform(Number)

/** https://open.dingtalk.com/document/development/obtains-the-resignation-record-list */
export function leaveRecords({ clock, leavers, permissions, tokens }: Parts): ApiHandler {
  return (req) => {
    const token = req.get('x-acs-dingtalk-access-token')
    if (!token) throw apiRefusal('AuthenticationFailed.MissingParameter', 'x-acs-dingtalk-access-token')
    if (tokens.checkApp(token) !== 'good') throw apiRefusal('InvalidAuthentication')
    if (!permissions.has('Contact.Common.Read'))
      throw apiRefusal('Forbidden.AccessDenied.AccessTokenPermissionDenied', 'Contact.Common.Read')
    const from = parameter(req, 'startTime', time)
    const to = parameter(req, 'endTime', time, new Date(clock.now()).toISOString())
    const size = parameter(req, 'maxResults', count)
    if (size < 1 || size > MAX_RESULTS) throw apiRefusal('invalidParameter', 'maxResults')
    const start = parameter(req, 'nextToken', count, '0')
    const found = leavers.between(from, to)
    const next = start + size < found.length && { nextToken: String(start + size) }
    return success({ ...next, records: found.slice(start, start + size).map(recordOf) })
  }
}

function parameter(req: Request, name: string, schema: z.ZodType<number, string>, absent?: string): number {
  const text = single(queryOf(req), name) ?? absent
  if (text === undefined) throw apiRefusal('AuthenticationFailed.MissingParameter', name)
  const value = schema.safeParse(text)
  if (!value.success) throw apiRefusal('invalidParameter', name)
  return value.data
}

/** Times are in whole seconds. */
function recordOf({ leftAt, ...leaver }: Leaver): unknown {
  return { ...leaver, leaveTime: new Date(leftAt).toISOString().replace(/\.\d+Z$/, 'Z') }
}
