/** The usual way, with care: Express, Passport with a strategy for DingTalk, express-session over prepared statements. Logs nothing. */
import { randomBytes, randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import express, { type Request, type RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-strategy'
import {
  ATTEMPT_MS,
  authorizeUrl,
  type ExchangeAnswer,
  exchangePath,
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

const db = new Database(settings.databaseFile)
db.pragma('journal_mode = WAL')
db.exec(`
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, unionId TEXT NOT NULL UNIQUE, username TEXT NOT NULL, nick TEXT NOT NULL, avatarUrl TEXT, lastLoginAt TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sessions (sid TEXT PRIMARY KEY, sess TEXT NOT NULL, expires INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS sessions_expires ON sessions (expires);
`)

type Done = (error?: unknown) => void

/** As the packages for SQLite do it, prepared once. */
class SqliteStore extends session.Store {
  readonly #find = db.prepare<[string, number], { sess: string }>(
    'SELECT sess FROM sessions WHERE sid = ? AND expires > ?',
  )
  readonly #save = db.prepare('INSERT OR REPLACE INTO sessions (sid, sess, expires) VALUES (?, ?, ?)')
  readonly #touch = db.prepare('UPDATE sessions SET expires = ? WHERE sid = ?')
  readonly #delete = db.prepare('DELETE FROM sessions WHERE sid = ?')

  override get(sid: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    const row = this.#find.get(sid, Date.now())
    done(null, row ? JSON.parse(row.sess) : null)
  }

  override set(sid: string, data: session.SessionData, done: Done = () => {}): void {
    this.#save.run(sid, JSON.stringify(data), expiryOf(data))
    done()
  }

  override touch(sid: string, data: session.SessionData, done: Done = () => {}): void {
    this.#touch.run(expiryOf(data), sid)
    done()
  }

  override destroy(sid: string, done: Done = () => {}): void {
    this.#delete.run(sid)
    done()
  }
}

function expiryOf({ cookie }: session.SessionData): number {
  return cookie.expires ? new Date(cookie.expires).getTime() : Date.now() + SESSION_MS
}

async function ask<T extends { errcode: number }>(path: string, body?: unknown): Promise<T> {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(settings.oapiUrl + path, body === undefined ? {} : post)
  if (!answer.ok) throw new Error(`DingTalk: HTTP ${answer.status}`)
  const json = (await answer.json()) as T
  if (json.errcode !== 0) throw new Error(`DingTalk: ${json.errcode}`)
  return json
}

let appToken: { token: Promise<string>; until: number } | undefined

function tokenOfApp(): Promise<string> {
  if (!appToken || Date.now() > appToken.until) {
    const token = ask<TokenAnswer>(tokenPath).then((answer) => answer.access_token)
    appToken = { token, until: Date.now() + ATTEMPT_MS }
  }
  return appToken.token
}

const findByUnionId = db.prepare<[string], Person>('SELECT * FROM users WHERE unionId = ?')
const findById = db.prepare<[string], Person>('SELECT * FROM users WHERE id = ?')
const saveUser = db.prepare(`
  INSERT INTO users (id, unionId, username, nick, lastLoginAt) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (unionId) DO UPDATE SET nick = excluded.nick, lastLoginAt = excluded.lastLoginAt
`)

/** Passport calls it on an object that inherits from it, which has no `#private` members. */
class DingTalkStrategy extends Strategy {
  readonly name = 'dingtalk'

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
    const { user_info } = await ask<ExchangeAnswer>(exchangePath(), { tmp_auth_code: req.query.code })
    const standing = `/topapi/user/getbyunionid?access_token=${encodeURIComponent(await tokenOfApp())}`
    const { result } = await ask<StandingAnswer>(standing, { unionid: user_info.unionid })
    if (result.contact_type !== 0) return this.fail(403)
    const { nick, unionid } = user_info
    saveUser.run(randomUUID(), unionid, nick, nick, new Date().toISOString())
    this.success(findByUnionId.get(unionid))
  }
}

passport.use(new DingTalkStrategy())
passport.serializeUser((user, done) => done(null, (user as Person).id))
passport.deserializeUser((id: string, done) => done(null, (findById.get(id) as Express.User | undefined) ?? false))

const requireSignedIn: RequestHandler = (req, res, next) => {
  if (req.isAuthenticated()) next()
  else res.status(401).json({ error: 'unauthenticated' })
}

const app = express()
app.get('/healthz', (_req, res) => void res.json({ status: 'alive' }))
app.use(
  session({
    store: new SqliteStore(),
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
