import { AppError } from '../errors.js'

export interface RedirectRules {
  frontendUrl: string
  /** The origins to which people may be sent, `frontendUrl`'s among them. */
  origins: readonly string[]
  /** The address on this server below which the requests of applications wait for a login. */
  waitingUrl?: string
  /** The origin of this server: a login may lead to its own pages. */
  publicUrl?: string
}

/** Longer targets do not fit into the login-attempt cookie. */
export const MAX_REDIRECT_LENGTH = 2048

const WAITING_ID = /^\/[\w-]{1,64}$/

/** Of escapes none of ASCII but the space's: a dot, slash or backslash in disguise is read by one and not by another. */
const SEGMENT = String.raw`\/(?!\.{1,2}(?:[/?]|$))(?:[\w.~!'()*:@-]|%20|%[89A-Fa-f][\dA-Fa-f])+`
/** A path of our own pages, with or without a query. */
const OWN_PAGE = new RegExp(String.raw`^\/(?:apps|account|admin(?:${SEGMENT})*\/?)(?:\?[^#]*)?$`)

/**
 * The address to which a login returns, as it will be sent: ASCII, absolute, on an allowed origin.
 * Kept byte for byte, but for characters that an HTTP header cannot carry, which are percent-encoded.
 * @throws {AppError} `redirect_not_allowed`, `bad_request` where it is too long
 */
export function judgeRedirect(redirect: string | undefined, rules: RedirectRules): string {
  if (redirect === undefined) return rules.frontendUrl

  const text = sendable(redirect)
  if (text.length > MAX_REDIRECT_LENGTH) throw new AppError('bad_request', { detail: 'redirect is too long' })
  const target = text.startsWith('/') ? onFrontend(text, rules.frontendUrl) : text
  if (!isAbsolute(target)) throw refused()
  if (isWaiting(target, rules) || isOwnPage(target, rules)) return target
  const { origin } = new URL(target)
  if (!rules.origins.includes(origin)) throw refused(origin)
  return target
}

/** Whether it is one of this server's own pages, as it would be sent: `/apps`, `/account`, `/admin` and below. */
export function isOwnPage(target: string, { publicUrl }: RedirectRules): boolean {
  return publicUrl !== undefined && target.startsWith(publicUrl) && OWN_PAGE.test(target.slice(publicUrl.length))
}

/** Where somebody lands who is logged in: our own pages need not be told who that is. */
export function landingOf(target: string, username: string, rules: RedirectRules): string {
  return isOwnPage(target, rules) ? target : withUsername(target, username)
}

/**
 * Appends `username=` to the query, before any `#`; a `username` that the target had goes, so that no reader can take
 * it for ours.
 */
export function withUsername(target: string, username: string): string {
  const [, base = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(target) ?? []
  const kept = query ? query.split('&').filter((pair) => parameterName(pair) !== 'username') : []
  return `${base}?${[...kept, `username=${encodeURIComponent(username)}`].join('&')}${fragment}`
}

function refused(origin?: string): AppError {
  if (origin === undefined) return new AppError('redirect_not_allowed')
  const text = `The origin ${origin} is not allowed: ALLOWED_REDIRECTS would allow it.`
  return new AppError('redirect_not_allowed', { hint: { text, shown: 'in development' } })
}

/** @NOTE browsers drop tabs and line ends from addresses and read `\` as `/`: none of them may get as far as `URL`. */
function sendable(text: string): string {
  if (/[\\\p{Cc}\p{Cs}]/u.test(text)) throw refused()
  return text.replace(/[^\x21-\x7e]+/g, encodeURIComponent)
}

/**
 * A path of the front end, made absolute so that the browser has nothing to resolve.
 * @NOTE `/..//evil.test` stays on the origin, yet normalises to the path `//evil.test`, which a front end may follow.
 */
function onFrontend(path: string, frontendUrl: string): string {
  const { origin } = new URL(frontendUrl)
  if (path.startsWith('//') || !URL.canParse(path, origin)) throw refused()
  const { pathname } = new URL(path, origin)
  if (pathname.startsWith('//')) throw refused()
  return origin + path
}

/** Whether it leads back to an application's request, and to nothing else on this server. */
function isWaiting(target: string, { waitingUrl }: RedirectRules): boolean {
  return waitingUrl !== undefined && target.startsWith(waitingUrl) && WAITING_ID.test(target.slice(waitingUrl.length))
}

/** Scheme, two slashes, a plain host: no user info, no escapes, nothing for two parsers to disagree on. */
function isAbsolute(target: string): boolean {
  return /^https?:\/\/[a-z0-9_.:[\]-]+(?:[/?#]|$)/i.test(target) && URL.canParse(target)
}

function parameterName(pair: string): string {
  // The `&` keeps URLSearchParams from dropping a `?` that belongs to the name.
  return [...new URLSearchParams(`&${pair}`).keys()][0] ?? ''
}

/** Whether a target, as it was judged, is a page of the console. */
export function isOfConsole(target: string, publicUrl: string): boolean {
  return /^\/admin(?:[/?#]|$)/.test(target.startsWith(publicUrl) ? target.slice(publicUrl.length) : '')
}
