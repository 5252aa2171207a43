import { application } from './application.js'
import { nickOf, unionIdOf } from './people.js'

export interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

/** A server answered something that is not right: what was measured is worth nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

/** Cookies by name. */
export type Cookies = Map<string, string>

interface Expected {
  /** Begins DingTalk's address. */
  authorizeUrl: string
  callbackUrl: string
  /** All states that came before; the new one is added. */
  states: Set<string>
}

/** Gives the state with which the browser is sent to DingTalk. @throws {WrongAnswer} */
export function stateOf(answer: Answer, { authorizeUrl, callbackUrl, states }: Expected): string {
  const location = locationOf(answer)
  const query = new URL(location).searchParams
  const state = query.get('state') ?? ''
  const isRight = location.startsWith(`${authorizeUrl}?`) && query.get('redirect_uri') === callbackUrl
  if (!isRight || state.length < 32) throw wrong('not a redirect to DingTalk', answer)
  if (states.has(state)) throw wrong('a state that is not fresh', answer)
  states.add(state)
  return state
}

/** The end of a login: the front end with the person's name, and a session cookie in the browser. @throws {WrongAnswer} */
export function checkLanding(
  answer: Answer,
  {
    frontendUrl,
    person,
    cookies,
    sessionCookie,
  }: { frontendUrl: string; person: number; cookies: Cookies; sessionCookie: string },
): void {
  if (locationOf(answer) !== `${frontendUrl}?username=${nickOf(person)}`)
    throw wrong(`not the landing of ${nickOf(person)}`, answer)
  if ((cookies.get(sessionCookie)?.length ?? 0) < 43) throw wrong('no session cookie', answer)
}

/** The application's address with a code. @throws {WrongAnswer} */
export function applicationCodeOf(answer: Answer): string {
  const location = locationOf(answer)
  const code = new URL(location).searchParams.get('code') ?? ''
  if (!location.startsWith(`${application.redirectUri}?`) || code.length < 43)
    throw wrong('not the application with a code', answer)
  return code
}

/** An access token, and whose the ID token beside it is. @throws {WrongAnswer} */
export function tokensOf(answer: Answer): { accessToken: string; sub: string } {
  const { access_token: accessToken, id_token: idToken }: Record<string, unknown> =
    answer.status === 200 ? JSON.parse(answer.body) : {}
  if (typeof accessToken !== 'string' || typeof idToken !== 'string') throw wrong('no tokens', answer)
  const { alg } = JSON.parse(partOf(idToken, 0))
  const { sub, aud, nickname } = JSON.parse(partOf(idToken, 1))
  if (alg !== 'RS256' || aud !== application.id || typeof sub !== 'string' || typeof nickname !== 'string')
    throw wrong('not an ID token for the application', answer)
  return { accessToken, sub }
}

/** Userinfo of this person, who has this id. @throws {WrongAnswer} */
export function checkUserinfo(answer: Answer, person: number, id: string): void {
  const { sub, nickname }: Record<string, unknown> = answer.status === 200 ? JSON.parse(answer.body) : {}
  if (sub !== id || nickname !== nickOf(person)) throw wrong(`not the userinfo of ${nickOf(person)}`, answer)
}

/** `/me` of this person; gives their id. @throws {WrongAnswer} */
export function checkMe(answer: Answer, person: number): string {
  if (answer.status !== 200) throw wrong('not 200', answer)
  const { id, username, unionId }: Record<string, unknown> = JSON.parse(answer.body)
  const isRight = unionId === unionIdOf(person) && username === nickOf(person)
  if (!isRight || typeof id !== 'string' || id === '') throw wrong(`not ${nickOf(person)}`, answer)
  return id
}

/** `/verify` of the person with this id, who is in these groups. @throws {WrongAnswer} */
export function checkVerify(answer: Answer, id: string, groups?: readonly string[]): void {
  const { 'x-auth-request-user': user, 'x-auth-request-groups': told } = answer.headers
  if (answer.status !== 204 || user !== id) throw wrong(`not 204 for ${id}`, answer)
  if (groups && told !== groups.join(',')) throw wrong(`${id} is not in ${told}`, answer)
}

/** A page for people. @throws {WrongAnswer} */
export function checkPage(answer: Answer): void {
  if (answer.status !== 200 || !answer.body.startsWith('<!doctype html>')) throw wrong('not a page', answer)
}

/** Puts the answer's cookies where the browser has them; those that expire at once go. */
export function keepCookies(answer: Answer, cookies: Cookies): void {
  const header = answer.headers['set-cookie'] ?? []
  for (const line of typeof header === 'string' ? [header] : header) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '') cookies.delete(name)
    else cookies.set(name, value)
  }
}

/** Where a redirect leads. @throws {WrongAnswer} */
export function locationOf(answer: Answer): string {
  const { location } = answer.headers
  if ((answer.status !== 302 && answer.status !== 303) || typeof location !== 'string')
    throw wrong('not a redirect', answer)
  return location
}

/** A part of a signed token, as text. */
function partOf(token: string, part: number): string {
  return Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()
}

function wrong(problem: string, { status, headers, body }: Answer): WrongAnswer {
  return new WrongAnswer(`${problem}: ${status} ${headers.location ?? ''} ${body}`)
}
