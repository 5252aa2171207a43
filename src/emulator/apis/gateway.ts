import { z } from 'zod'
import { APP } from '../known-app.js'
import type { Parts } from '../parts.js'
import type { ApiHandler } from './api-call.js'
import { jsonBody, required } from './open-api-request.js'
import { apiRefusal, success } from './refusals.js'

/** Where connections are made. */
export const STREAM_PATH = '/connect'

const subscriptionsSchema = z.array(z.object({ type: z.string().min(1), topic: z.string().min(1) })).min(1)

/** https://open.dingtalk.com/document/development/stream */
export function openConnection({ publicUrl, stream }: Parts): ApiHandler {
  return (req) => {
    const body = jsonBody(req)
    const clientId = required(body, 'clientId')
    const clientSecret = required(body, 'clientSecret')
    if (clientId !== APP.id || clientSecret !== APP.secret) throw apiRefusal('authFailed')
    const subscriptions = subscriptionsSchema.safeParse(body.subscriptions)
    if (!subscriptions.success) throw apiRefusal('AuthenticationFailed.MissingParameter', 'subscriptions')
    const endpoint = new URL(STREAM_PATH, publicUrl.replace(/^http/, 'ws')).href
    const ticket = stream.tickets.issue(subscriptions.data)
    const response = success({ endpoint, ticket })
    return req.get('Accept')?.includes('application/json') ? response : { ...response, xml: xmlOf(endpoint, ticket) }
  }
}

/** What comes to whoever does not ask for JSON. */
function xmlOf(endpoint: string, ticket: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<OpenConnectionResponse><endpoint>${endpoint}</endpoint><ticket>${ticket}</ticket></OpenConnectionResponse>`
}
