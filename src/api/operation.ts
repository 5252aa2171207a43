import type { z } from 'zod'
import type { ErrorCode } from '../errors.js'
import type { ResponseName } from './responses.js'

/** The headers that mean something to whoever asked. */
export const responseHeaders = {
  Allow: { description: 'The methods that this address takes.', required: true, schema: { type: 'string' } },
  'Access-Control-Allow-Origin': {
    description: 'Which front ends may load it: all.',
    required: true,
    schema: { const: '*' },
  },
  'Cache-Control': {
    description: 'How long browsers keep it: a year where `v` is the version, else they ask each time.',
    required: true,
    schema: { enum: ['private, no-cache', 'private, max-age=31536000, immutable'] },
  },
  'Clear-Site-Data': {
    description: 'Lets the browser forget what it keeps of this server.',
    required: true,
    schema: { type: 'string' },
  },
  ETag: { description: 'Names the content.', required: true, schema: { type: 'string' } },
  Location: {
    description: 'Where the browser goes on.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer', minimum: 1 } },
  'Set-Cookie': {
    description: 'Begins or ends the session, or the login attempt: one line for each cookie.',
    schema: { type: 'string' },
  },
  'X-Auth-Request-Redirect': {
    description: 'Where a person logs in to come back to the address that the proxy was asked for.',
    required: true,
    schema: { type: 'string', format: 'uri' },
  },
  'X-Auth-Request-User': { description: "The person's id.", required: true, schema: { type: 'string' } },
  'X-Auth-Request-Preferred-Username': {
    description: "The person's username, as percent-encoded UTF-8.",
    required: true,
    schema: { type: 'string', pattern: "^[A-Za-z0-9_.!~*'()%-]+$" },
  },
  'X-Auth-Request-Email': {
    description: "The person's e-mail address; empty where it is not known.",
    required: true,
    schema: { type: 'string' },
  },
  'X-Auth-Request-Groups': {
    description: 'The names of their groups, with commas between them; empty where there is none.',
    required: true,
    schema: { type: 'string', pattern: '^([A-Za-z0-9][A-Za-z0-9._-]*(,|$))*$' },
  },
  'X-Request-Id': { description: 'Names the request in the log.', schema: { type: 'string' } },
} as const

export type HeaderName = keyof typeof responseHeaders

export type MediaType = `${string}/${string}`

export interface SuccessResponse {
  description: string
  /** The schema of a JSON response, or the media type of another. None: no content. */
  body?: ResponseName | MediaType
  headers?: readonly HeaderName[]
}

/** What one method of an address does: what it takes, and all that it can say. */
export interface Operation {
  /** What programs call it. */
  id: string
  summary: string
  description?: string
  /** What does not fit is refused as `bad_request`. */
  query?: z.ZodType
  /** What does not fit of a form that is sent is refused as `bad_request`, too. */
  form?: z.ZodType
  /** Parameters that are ignored where they do not fit. */
  hints?: Record<string, z.ZodType>
  /** Whether it asks for a session, or merely looks for one. */
  session?: 'required' | 'optional'
  responses: Record<number, SuccessResponse>
  /** The errors of its own, besides those that every route can give. */
  errors?: readonly ErrorCode[]
}

export interface Methods {
  GET?: Operation & {
    /** False where a HEAD must not begin or spend anything. Otherwise HEAD is like GET. */
    head?: false
  }
  POST?: Operation
  DELETE?: Operation
  /** Every method, OPTIONS too. */
  ANY?: Operation
}
