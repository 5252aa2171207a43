import type { z } from 'zod'
import type { ErrorCode } from '../errors.js'
import { callbackQuery, errorParam, languageParam, redirectQuery } from './queries.js'
import type { AnswerName } from './responses.js'

/** A header of an answer that means something to whoever asked. */
export const answerHeaders = {
  Allow: { description: 'The methods that this address answers.', required: true, schema: { type: 'string' } },
  'Clear-Site-Data': {
    description: 'Lets the browser forget what it keeps of this server.',
    required: true,
    schema: { type: 'string' },
  },
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
  'X-Auth-Request-User': { description: "The person's id.", required: true, schema: { type: 'string' } },
  'X-Auth-Request-Preferred-Username': {
    description: "The person's username, as percent-encoded UTF-8.",
    required: true,
    schema: { type: 'string', pattern: "^[A-Za-z0-9_.!~*'()%-]+$" },
  },
  'X-Request-Id': { description: 'Names the request in the log.', schema: { type: 'string' } },
} as const

export type HeaderName = keyof typeof answerHeaders

type MediaType = `${string}/${string}`

export interface Answer {
  description: string
  /** The schema of a JSON answer, or the type of another. None: no content. */
  body?: AnswerName | MediaType
  headers?: readonly HeaderName[]
}

/** What one method of an address does: what it takes, and all that it can answer. */
export interface Operation {
  /** What programs call it. */
  id: string
  summary: string
  description?: string
  /** What does not fit is refused as `bad_request`. */
  query?: z.ZodType
  /** Parameters that are ignored where they do not fit. */
  hints?: Record<string, z.ZodType>
  /** Whether it asks for a session, or merely looks for one. */
  session?: 'required' | 'optional'
  answers: Record<number, Answer>
  /** The errors of its own, besides those that every route can give. */
  errors?: readonly ErrorCode[]
}

interface Methods {
  GET?: Operation & {
    /** False where a HEAD must not begin or spend anything. Otherwise HEAD is answered like GET. */
    head?: false
  }
  POST?: Operation
  DELETE?: Operation
  /** Every method, OPTIONS too. */
  ANY?: Operation
}

const page = { description: 'A page.', body: 'text/html' } as const
const onPublicUrl = 'Where the browser came by another host than `PUBLIC_URL`: to the same address there.'
const cookieSet = ['Set-Cookie'] as const
const LOGIN_CODES = ['redirect_not_allowed', 'rate_limited'] as const

/** All addresses, as Express writes them: no route is answered that is not described here. */
export const operations = {
  '/ding_url': {
    GET: {
      id: 'beginLogin',
      summary: 'Begins a login: sends the browser to DingTalk, also when somebody is signed in.',
      query: redirectQuery,
      head: false,
      answers: { 302: { description: `To DingTalk. ${onPublicUrl}`, headers: ['Location', ...cookieSet] } },
      errors: LOGIN_CODES,
    },
  },
  '/callback': {
    GET: {
      id: 'finishLogin',
      summary: 'Receives the browser back from DingTalk, signs it in, and sends it to its target.',
      description: 'Works once, in the browser that began the login: an attempt cookie (`login.…`) holds its state.',
      query: callbackQuery,
      head: false,
      session: 'optional',
      answers: {
        302: { description: 'To the target, with `username=` in its query.', headers: ['Location', ...cookieSet] },
      },
      errors: [
        'attempt_missing',
        'attempt_expired',
        'login_declined',
        'code_rejected',
        'not_a_member',
        'account_disabled',
        'rate_limited',
        'dingtalk_misconfigured',
        'dingtalk_unreadable',
        'dingtalk_unavailable',
        'dingtalk_timeout',
      ],
    },
  },
  '/login': {
    GET: {
      id: 'showLogin',
      summary: 'The login page, with the code inline.',
      query: redirectQuery,
      hints: { lang: languageParam, error: errorParam },
      session: 'optional',
      answers: {
        200: { ...page, headers: cookieSet },
        302: { description: `Inside DingTalk: to \`/ding_url\`. ${onPublicUrl}`, headers: ['Location'] },
      },
      errors: LOGIN_CODES,
    },
  },
  '/me': {
    GET: {
      id: 'getMe',
      summary: 'Who is signed in.',
      session: 'required',
      answers: { 200: { description: 'The person.', body: 'Me' } },
      errors: ['unauthenticated'],
    },
  },
  '/logout': {
    POST: {
      id: 'logOut',
      summary: 'Ends the session on the server and in the browser.',
      session: 'optional',
      answers: { 204: { description: 'Nobody is signed in.', headers: ['Clear-Site-Data', ...cookieSet] } },
      errors: ['origin_not_allowed'],
    },
  },
  '/sessions': {
    GET: {
      id: 'listSessions',
      summary: "The person's sessions.",
      session: 'required',
      answers: { 200: { description: 'Where the person is signed in.', body: 'Sessions' } },
      errors: ['unauthenticated'],
    },
    DELETE: {
      id: 'endOtherSessions',
      summary: "Ends all of the person's sessions but the one that asks.",
      session: 'required',
      answers: { 204: { description: 'They are over.' } },
      errors: ['unauthenticated', 'origin_not_allowed'],
    },
  },
  '/sessions/:id': {
    DELETE: {
      id: 'endSession',
      summary: "Ends one of the person's sessions, by its `id`.",
      session: 'required',
      answers: { 204: { description: 'It is over.' } },
      errors: ['unauthenticated', 'origin_not_allowed', 'not_found'],
    },
  },
  '/account': {
    GET: {
      id: 'showAccount',
      summary: 'The account page: who I am, my sessions.',
      hints: { lang: languageParam },
      session: 'optional',
      answers: { 200: page, 302: { description: 'Nobody is signed in: to `/login`.', headers: ['Location'] } },
    },
  },
  '/': {
    GET: {
      id: 'showStart',
      summary: 'To the login page.',
      answers: { 302: { description: 'To `/login`.', headers: ['Location'] } },
    },
  },
  '/verify': {
    ANY: {
      id: 'verify',
      summary: 'Says to a reverse proxy whether the browser is signed in, and as whom.',
      session: 'required',
      answers: {
        204: {
          description: 'The person is signed in.',
          headers: ['X-Auth-Request-User', 'X-Auth-Request-Preferred-Username'],
        },
        401: { description: 'Nobody is signed in.' },
      },
    },
  },
  '/healthz': {
    GET: {
      id: 'isAlive',
      summary: 'Whether the process is alive.',
      answers: { 200: { description: 'It is.', body: 'Alive' } },
    },
  },
  '/readyz': {
    GET: {
      id: 'isReady',
      summary: 'Whether requests can be served.',
      answers: {
        200: { description: 'They can.', body: 'Ready' },
        503: { description: 'The database is away, or the server is stopping.', body: 'NotReady' },
      },
    },
  },
  '/openapi.json': {
    GET: {
      id: 'describe',
      summary: 'This description.',
      answers: { 200: { description: 'OpenAPI 3.1.', body: 'Description' } },
    },
  },
  '/assets/login.js': asset('loginScript', 'text/javascript'),
  '/assets/account.js': asset('accountScript', 'text/javascript'),
  '/assets/icon.svg': asset('icon', 'image/svg+xml'),
} satisfies Record<`/${string}`, Methods>

export type Path = keyof typeof operations

/** All addresses that are described. */
export const paths = Object.keys(operations) as Path[]

/** What OpenAPI has a name for. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Each method that this address answers, HEAD and those of `ANY` spelled out. */
export function methodsOf(path: Path): Map<string, Operation> {
  const { GET, POST, DELETE, ANY }: Methods = operations[path]
  const answered = new Map<string, Operation>()
  if (GET) answered.set('GET', GET)
  if (GET && GET.head !== false) answered.set('HEAD', { ...GET, id: `${GET.id}Head` })
  if (POST) answered.set('POST', POST)
  if (DELETE) answered.set('DELETE', DELETE)
  if (ANY) for (const method of METHODS) answered.set(method, { ...ANY, id: `${ANY.id}${method}` })
  return answered
}

function asset(id: string, body: MediaType) {
  return { GET: { id, summary: 'A file of the pages.', answers: { 200: { description: 'The file.', body } } } }
}
