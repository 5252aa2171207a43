import type { ApplicationSettings } from './application.js'
import { type Fault, faultAt, givenTwice } from './faults.js'
import { judgeNames } from './group-rules.js'
import { isLoopback } from './loopback.js'

/** How http is taken on other machines than this one: where it is allowed, each such address is a warning. */
interface HttpRule {
  allowHttp: boolean
  /** Addresses that were allowed before. */
  known?: readonly string[]
}

interface Circumstances extends HttpRule {
  /** The names of all groups that there are to be. */
  groups: ReadonlySet<string>
}

interface Judgement {
  faults: Fault[]
  warnings: Fault[]
}

/** All scopes that an application can be allowed beyond the usual ones. */
export const optionalScopes: readonly string[] = ['dingtalk']

const MAX_NAME_LENGTH = 64
const MAX_URI_LENGTH = 2000
const MAX_DESCRIPTION_LENGTH = 200

/** Judges what an operator wants an application to be: the one place that does, whether it is added, changed or applied. */
export function judgeApplication(
  id: string,
  settings: ApplicationSettings,
  { groups, ...http }: Circumstances,
): Judgement {
  const uris = urisOf(settings)
  const faults = [
    ...judgeId(id),
    ...judgeName(settings.name),
    ...judgeDescription(settings.description),
    ...judgeKind(settings),
    ...uris.flatMap(({ path, uri, mayHaveFragment }) => faultAt(path, uriProblem(uri, { ...http, mayHaveFragment }))),
    ...givenTwice('redirectUris', settings.redirectUris),
    ...givenTwice('postLogoutRedirectUris', settings.postLogoutRedirectUris),
    ...(settings.access === 'everyone' ? [] : judgeNames('access', settings.access, groups)),
    ...settings.scopes.flatMap((scope, n) =>
      faultAt(`scopes[${n}]`, optionalScopes.includes(scope) ? undefined : `must be ${optionalScopes.join(' or ')}`),
    ),
  ]
  const warnings = uris.filter(({ uri }) => isOpenHttp(uri)).map(({ path }) => ({ path, problem: OPEN_HTTP }))
  return { faults, warnings: faults.length > 0 ? [] : warnings }
}

const OPEN_HTTP = 'is http: whoever is on the way can read and change what goes there, a login among it'

/** Whether the address is http and not of the machine itself. */
export function isOpenHttp(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'http:' && !isLoopback(uri)
}

/** All addresses of an application, with where they stand. */
export function urisOf(settings: ApplicationSettings) {
  const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, openUrl, logoUrl } = settings
  const listed = (name: string, uris: string[]) =>
    uris.map((uri, n) => ({ path: `${name}[${n}]`, uri, mayHaveFragment: false }))
  const one = (path: string, uri: string | null, mayHaveFragment = false) =>
    uri === null ? [] : [{ path, uri, mayHaveFragment }]
  return [
    ...listed('redirectUris', redirectUris),
    ...listed('postLogoutRedirectUris', postLogoutRedirectUris),
    ...one('backchannelLogoutUri', backchannelLogoutUri),
    ...one('openUrl', openUrl, true),
    ...one('logoUrl', logoUrl),
  ]
}

function judgeId(id: string): Fault[] {
  const isFine = /^[a-z0-9][a-z0-9-]{0,62}$/.test(id)
  return faultAt('id', isFine ? undefined : 'must be a-z, 0-9 and -, 63 characters at most, with no - in front')
}

function judgeName(name: string): Fault[] {
  const isFine = name.trim() === name && name.length > 0 && name.length <= MAX_NAME_LENGTH && !/\p{C}/u.test(name)
  return faultAt('name', isFine ? undefined : `must be a name of at most ${MAX_NAME_LENGTH} characters`)
}

function judgeDescription(description: string | null): Fault[] {
  const isFine = description === null || (/^\P{C}+$/u.test(description) && description.trim() === description)
  const isShort = (description?.length ?? 0) <= MAX_DESCRIPTION_LENGTH
  return faultAt(
    'description',
    isFine && isShort ? undefined : `must be a sentence of at most ${MAX_DESCRIPTION_LENGTH} characters`,
  )
}

function judgeKind(settings: ApplicationSettings): Fault[] {
  const { kind, redirectUris } = settings
  if (kind !== 'proxy')
    return faultAt('redirectUris', redirectUris.length > 0 ? undefined : 'is empty: people could not come back')
  const openidAlone = [
    ['redirectUris', redirectUris.length > 0],
    ['postLogoutRedirectUris', settings.postLogoutRedirectUris.length > 0],
    ['backchannelLogoutUri', settings.backchannelLogoutUri !== null],
    ['refreshTokens', settings.refreshTokens],
    ['scopes', settings.scopes.length > 0],
  ] as const
  return openidAlone.flatMap(([path, isThere]) =>
    faultAt(path, isThere ? 'is not for a proxy, which speaks no OpenID Connect' : undefined),
  )
}

/** @NOTE compared exactly at each login, so what is allowed here is all that there is: nothing in it is a pattern. */
function uriProblem(uri: string, rule: HttpRule & { mayHaveFragment: boolean }): string | undefined {
  if (!URL.canParse(uri) || !/^https?:\/\/[^/\\]/.test(uri)) return 'must be an https:// address'
  if (uri.length > MAX_URI_LENGTH) return `must have ${MAX_URI_LENGTH} characters at most`
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\')) return 'must be written in ASCII, without spaces and \\'
  if (uri.includes('*')) return 'must be exact: wildcards are not supported'
  if (/^[^/]*\/\/[^/?#]*@/.test(uri)) return 'must not hold a user name or password'
  if (uri.includes('#') && !rule.mayHaveFragment) return 'must not have a fragment (#)'
  const isFine = !isOpenHttp(uri) || rule.allowHttp || rule.known?.includes(uri)
  return isFine ? undefined : 'must be https: http is for this machine itself, or an intranet (allow http then)'
}
