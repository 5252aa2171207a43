import { z } from 'zod'
import { type ErrorCode, errorTable } from '../errors.js'

/** A code of the error table. */
export const errorCode = z.enum(Object.keys(errorTable) as ErrorCode[])

const instant = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime())

const errorBody = z.object({
  error: errorCode.meta({ description: Object.entries(errorTable).map(describeCode).join('\n') }),
  message: z.string().meta({ description: 'For people, in English.' }),
  requestId: z.string().meta({ description: 'Names the request in the log; also in `X-Request-Id`.' }),
})

const me = z.object({
  id: z.string(),
  username: z.string().meta({ description: 'The nick of the first login: unique, and kept for life.' }),
  handle: z
    .string()
    .regex(/^[a-z0-9._-]{1,32}$/)
    .meta({
      description: 'What other programs call the person: ASCII, unique, kept for life and never given to anybody else.',
    }),
  nick: z.string().meta({ description: 'The nick of the last login.' }),
  unionId: z.string().meta({ description: "DingTalk's name for the person." }),
  avatarUrl: z.string().nullable(),
  lastLoginAt: instant,
})

const oauthError = z.looseObject({
  error: z.string().meta({ description: "OAuth's code." }),
  error_description: z.string().optional(),
})

const tokens = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().meta({ description: 'Seconds.' }),
  id_token: z.string().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
})

const session = z.object({
  id: z.string().meta({ description: "For `DELETE /sessions/{id}`; not the cookie's." }),
  current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  createdAt: instant,
  lastSeenAt: instant,
  ip: z.string(),
  userAgent: z.string(),
})

/** The JSON responses, by their names in the description. Each goes through its schema: nothing else leaves. */
export const responses = {
  Error: errorBody,
  Me: me,
  Session: session,
  Sessions: z.array(session),
  Alive: z.object({ status: z.literal('alive') }),
  Ready: z.object({ status: z.literal('ready') }),
  NotReady: z.object({ status: z.literal('not ready') }),
  OauthError: oauthError,
  Discovery: z.looseObject({ issuer: z.string(), authorization_endpoint: z.string() }),
  Keys: z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }),
  Tokens: tokens,
  Claims: z.looseObject({ sub: z.string() }),
  Introspection: z.looseObject({ active: z.boolean() }),
  Description: z.looseObject({ openapi: z.literal('3.1.0') }),
}

export type ResponseName = keyof typeof responses

function describeCode([code, { status, message }]: [string, { status: number; message: string }]): string {
  return `- \`${code}\` (${status}): ${message}`
}
