import { loginOperations } from './login-operations.js'
import { openidOperations } from './openid-operations.js'
import type { MediaType, Methods, Operation } from './operation.js'
import { afterParam, appParam, languageParam, loginParam, searchParam, versionParam } from './queries.js'

const page = { description: 'A page.', body: 'text/html' } as const
const cookieSet = ['Set-Cookie'] as const
const cached = ['Cache-Control', 'ETag', 'Access-Control-Allow-Origin'] as const

/** All addresses, as Express writes them: there is no route that is not described here, but for the console's pages. */
export const operations = {
  ...openidOperations,
  ...loginOperations,
  '/me': {
    GET: {
      id: 'getMe',
      summary: 'Who is signed in.',
      session: 'required',
      responses: { 200: { description: 'The person.', body: 'Me' } },
      errors: ['unauthenticated'],
    },
  },
  '/logout': {
    POST: {
      id: 'logOut',
      summary: 'Ends the session on the server and in the browser.',
      session: 'optional',
      responses: { 204: { description: 'Nobody is signed in.', headers: ['Clear-Site-Data', ...cookieSet] } },
      errors: ['origin_not_allowed'],
    },
  },
  '/sessions': {
    GET: {
      id: 'listSessions',
      summary: "The person's sessions.",
      session: 'required',
      responses: { 200: { description: 'Where the person is signed in.', body: 'Sessions' } },
      errors: ['unauthenticated'],
    },
    DELETE: {
      id: 'endOtherSessions',
      summary: "Ends all of the person's sessions but the one that asks.",
      session: 'required',
      responses: { 204: { description: 'They are over.' } },
      errors: ['unauthenticated', 'origin_not_allowed'],
    },
  },
  '/sessions/:id': {
    DELETE: {
      id: 'endSession',
      summary: "Ends one of the person's sessions, by its `id`.",
      session: 'required',
      responses: { 204: { description: 'It is over.' } },
      errors: ['unauthenticated', 'origin_not_allowed', 'not_found'],
    },
  },
  '/account': {
    GET: {
      id: 'showAccount',
      summary: 'The account page: who I am, my sessions.',
      hints: { lang: languageParam },
      session: 'optional',
      responses: { 200: page, 302: { description: 'Nobody is signed in: to `/login`.', headers: ['Location'] } },
    },
  },
  '/apps': {
    GET: {
      id: 'showApps',
      summary: 'The applications that I may open.',
      hints: { search: searchParam, after: afterParam, lang: languageParam },
      session: 'optional',
      responses: {
        200: page,
        302: { description: 'Nobody is signed in: to `/login`, which leads back.', headers: ['Location'] },
      },
    },
  },
  '/': {
    GET: {
      id: 'showStart',
      summary: 'To the applications, or to the login page.',
      responses: {
        302: { description: 'To `/apps` where there is an application, else to `/login`.', headers: ['Location'] },
      },
    },
  },
  '/verify': {
    ANY: {
      id: 'verify',
      summary: 'Says to a reverse proxy whether the browser is signed in, and as whom.',
      hints: { app: appParam, login: loginParam },
      session: 'required',
      responses: {
        204: {
          description: 'The person is signed in.',
          headers: [
            'X-Auth-Request-User',
            'X-Auth-Request-Preferred-Username',
            'X-Auth-Request-Email',
            'X-Auth-Request-Groups',
          ],
        },
        302: { description: 'With `login=redirect`, a person goes to log in.', headers: ['Location'] },
        401: { description: 'Nobody is signed in.', headers: ['X-Auth-Request-Redirect'] },
      },
      errors: ['not_permitted'],
    },
  },
  '/healthz': {
    GET: {
      id: 'isAlive',
      summary: 'Whether the process is alive.',
      responses: { 200: { description: 'It is.', body: 'Alive' } },
    },
  },
  '/readyz': {
    GET: {
      id: 'isReady',
      summary: 'Whether requests can be served.',
      responses: {
        200: { description: 'They can.', body: 'Ready' },
        503: { description: 'The database is away, or the server is stopping.', body: 'NotReady' },
      },
    },
  },
  '/openapi.json': {
    GET: {
      id: 'describe',
      summary: 'This description.',
      responses: { 200: { description: 'OpenAPI 3.1.', body: 'Description' } },
    },
  },
  '/client.js': {
    GET: {
      id: 'getClient',
      summary: 'An ES module for front ends: `createClient()` with `me()`, `login()`, `logout()` and `onChange()`.',
      hints: { v: versionParam },
      responses: {
        200: { description: 'The module, for every origin.', body: 'text/javascript', headers: cached },
        304: { description: 'What the browser has is the same.', headers: cached },
      },
    },
  },
  '/assets/login.js': asset('loginScript', 'text/javascript'),
  '/assets/account.js': asset('accountScript', 'text/javascript'),
  '/assets/apps.js': asset('appsScript', 'text/javascript'),
  '/assets/times.js': asset('timesScript', 'text/javascript'),
  '/assets/group-lookup.js': asset('groupLookupScript', 'text/javascript'),
  '/assets/copy.js': asset('copyScript', 'text/javascript'),
  '/assets/in-client.js': asset('inClientScript', 'text/javascript'),
  '/assets/icon.svg': asset('icon', 'image/svg+xml'),
} satisfies Record<`/${string}`, Methods>

export type Path = keyof typeof operations

/** All addresses that are described. */
export const paths = Object.keys(operations) as Path[]

/** What OpenAPI has a name for. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Each method that this address takes, HEAD and those of `ANY` spelled out. */
export function methodsOf(path: Path): Map<string, Operation> {
  const { GET, POST, DELETE, ANY }: Methods = operations[path]
  const taken = new Map<string, Operation>()
  if (GET) taken.set('GET', GET)
  if (GET && GET.head !== false) taken.set('HEAD', { ...GET, id: `${GET.id}Head` })
  if (POST) taken.set('POST', POST)
  if (DELETE) taken.set('DELETE', DELETE)
  if (ANY) for (const method of METHODS) taken.set(method, { ...ANY, id: `${ANY.id}${method}` })
  return taken
}

function asset(id: string, body: MediaType) {
  return { GET: { id, summary: 'A file of the pages.', responses: { 200: { description: 'The file.', body } } } }
}
