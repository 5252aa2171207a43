/** The usual way, with care: Express, Passport with a strategy for DingTalk, express-session. Logs nothing. */
import { randomBytes, randomUUID } from 'node:crypto'
import express, { type Request, type RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-strategy'
import {
  ATTEMPT_MS,
  authorizeUrl,
  type ExchangeAnswer,
  exchangePath,
  grantOf,
  type Person,
  SESSION_MS,
  type StandingAnswer,
  settings,
  type TokenAnswer,
  tokenPath,
} from './settings.js'

declare module 'express-session' {
  interface SessionData {
    dingtalk?: { state: string }
  }
}

/** Where people are kept. */
export interface People {
  findByUnionId(unionId: string): Promise<Person | undefined>
  findById(id: string): Promise<Person | undefined>
  save(person: { id: string; unionId: string; nick: string; at: string }): Promise<void>
}

async function fetched<T>(path: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(settings.oapiUrl + path, options)
  if (!answer.ok) throw new Error(`DingTalk: HTTP ${answer.status}`)
  return (await answer.json()) as T
}

function json(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

async function ask<T extends { errcode: number }>(path: string, body?: unknown): Promise<T> {
  const answer = await fetched<T>(path, body === undefined ? {} : json(body))
  if (answer.errcode !== 0) throw new Error(`DingTalk: ${answer.errcode}`)
  return answer
}

type Profile = ExchangeAnswer['user_info']

/** Whose code it is, in either flow. */
async function profileFor(code: unknown): Promise<Profile> {
  if (settings.flow !== 'oauth2') return (await ask<ExchangeAnswer>(exchangePath(), { tmp_auth_code: code })).user_info
  const { accessToken } = await fetched<{ accessToken: string }>('/v1.0/oauth2/userAccessToken', json(grantOf(code)))
  const headers = { 'x-acs-dingtalk-access-token': accessToken }
  const { nick, unionId } = await fetched<{ nick: string; unionId: string }>('/v1.0/contact/users/me', { headers })
  return { nick, unionid: unionId }
}

let appToken: { token: Promise<string>; until: number } | undefined

function tokenOfApp(): Promise<string> {
  if (!appToken || Date.now() > appToken.until) {
    const token = ask<TokenAnswer>(tokenPath).then((answer) => answer.access_token)
    appToken = { token, until: Date.now() + ATTEMPT_MS }
  }
  return appToken.token
}

/** Passport calls it on an object that inherits from it, which has no `#private` members. */
class DingTalkStrategy extends Strategy {
  readonly name = 'dingtalk'
  readonly people: People

  constructor(people: People) {
    super()
    this.people = people
  }

  override authenticate(req: Request): void {
    if (req.path === '/callback') this.finish(req).catch((error: Error) => this.error(error))
    else this.begin(req)
  }

  /** The state lies in the session, as in Passport's strategy for OAuth 2. */
  begin(req: Request): void {
    const state = randomBytes(24).toString('base64url')
    req.session.dingtalk = { state }
    this.redirect(authorizeUrl(state))
  }

  async finish(req: Request): Promise<void> {
    const known = req.session.dingtalk
    delete req.session.dingtalk
    if (!known || known.state !== req.query.state) return this.fail(403)
    const { nick, unionid } = await profileFor(req.query.code)
    const standing = `/topapi/user/getbyunionid?access_token=${encodeURIComponent(await tokenOfApp())}`
    const { result } = await ask<StandingAnswer>(standing, { unionid })
    if (result.contact_type !== 0) return this.fail(403)
    await this.people.save({ id: randomUUID(), unionId: unionid, nick, at: new Date().toISOString() })
    this.success(await this.people.findByUnionId(unionid))
  }
}

const requireSignedIn: RequestHandler = (req, res, next) => {
  if (req.isAuthenticated()) next()
  else res.status(401).json({ error: 'unauthenticated' })
}

/** Serves, with sessions in this store. */
export function serve(people: People, store: session.Store): void {
  passport.use(new DingTalkStrategy(people))
  passport.serializeUser((user, done) => done(null, (user as Person).id))
  passport.deserializeUser((id: string, done) => {
    people.findById(id).then((person) => done(null, (person as Express.User | undefined) ?? false), done)
  })

  const app = express()
  app.get('/healthz', (_req, res) => void res.json({ status: 'alive' }))
  app.use(
    session({
      store,
      secret: settings.secret,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', maxAge: SESSION_MS },
    }),
  )
  app.use(passport.session())
  app.get('/ding_url', passport.authenticate('dingtalk'))
  app.get('/callback', passport.authenticate('dingtalk'), (req, res) => {
    const { username } = req.user as Person
    res.redirect(`${settings.frontendUrl}?username=${encodeURIComponent(username)}`)
  })
  app.get('/me', requireSignedIn, (req, res) => {
    const { id, username, nick, unionId, avatarUrl, lastLoginAt } = req.user as Person
    res.json({ id, username, nick, unionId, avatarUrl, lastLoginAt })
  })
  app.get('/verify', requireSignedIn, (req, res) => {
    const { id, username } = req.user as Person
    res.set('X-Auth-Request-User', id).set('X-Auth-Request-Preferred-Username', encodeURIComponent(username))
    res.status(204).end()
  })
  app.listen(settings.port)
}
