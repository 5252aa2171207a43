/** The least that a login can cost on Node and SQLite: no framework, prepared statements, one commit a login. Logs nothing. */
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Database from 'better-sqlite3'
import { Pool } from 'undici'
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

const IDLE_MS = 8 * 60 * 60_000
const MINUTE = 60_000

const db = new Database(settings.databaseFile)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = NORMAL')
db.exec(`
  CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, unionId TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE, nick TEXT NOT NULL, avatarUrl TEXT,
    createdAt TEXT NOT NULL, lastLoginAt TEXT NOT NULL, membershipCheckedAt TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, idHash TEXT NOT NULL UNIQUE, personId TEXT NOT NULL REFERENCES person,
    createdAt INTEGER NOT NULL, lastSeenAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, ip TEXT NOT NULL, userAgent TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS session_person ON session (personId);
  CREATE INDEX IF NOT EXISTS session_expiry ON session (expiresAt);
  CREATE INDEX IF NOT EXISTS session_use ON session (lastSeenAt);
`)

interface LiveSession extends Person {
  sessionId: string
  lastSeenAt: number
  expiresAt: number
}

const findPerson = db.prepare<[string], Person>('SELECT * FROM person WHERE unionId = ?')
const nameTaken = db.prepare<[string], object>('SELECT 1 FROM person WHERE username = ?')
const updatePerson = db.prepare('UPDATE person SET nick = ?, lastLoginAt = ?, membershipCheckedAt = ? WHERE id = ?')
const insertPerson = db.prepare('INSERT INTO person VALUES (?, ?, ?, ?, NULL, ?, ?, ?)')
const insertSession = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
const touchSession = db.prepare('UPDATE session SET lastSeenAt = ? WHERE id = ?')
const findSession = db.prepare<[string], LiveSession>(`
  SELECT person.*, session.id AS sessionId, lastSeenAt, expiresAt FROM session JOIN person ON person.id = personId WHERE idHash = ?
`)

const recordLogin = db.transaction(
  (profile: ExchangeAnswer['user_info'], idHash: string, userAgent: string): string => {
    const now = Date.now()
    const at = new Date(now).toISOString()
    let { id, username } = findPerson.get(profile.unionid) ?? { id: randomUUID(), username: '' }
    if (username) updatePerson.run(profile.nick, at, at, id)
    else {
      username = profile.nick
      for (let n = 2; nameTaken.get(username); n++) username = `${profile.nick}-${n}`
      insertPerson.run(id, profile.unionid, username, profile.nick, at, at, at)
    }
    insertSession.run(randomUUID(), idHash, id, now, now, now + SESSION_MS, '127.0.0.1', userAgent)
    return username
  },
)

const dingtalk = new Pool(settings.oapiUrl, { connections: 64 })

async function ask<T extends { errcode: number }>(path: string, body?: unknown): Promise<T> {
  const request =
    body === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body: JSON.stringify(body) }
  const answer = await dingtalk.request({ path, ...request, headers: { 'content-type': 'application/json' } })
  const json: T = JSON.parse(await answer.body.text())
  if (answer.statusCode !== 200 || json.errcode !== 0) throw new Error(`DingTalk: ${json.errcode}`)
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

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')
const sign = (text: string) => createHmac('sha256', settings.secret).update(text).digest('base64url')
const COOKIE = 'HttpOnly; SameSite=Lax; Path=/'

function cookieOf(req: IncomingMessage, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split('; ')) {
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1)
  }
  return undefined
}

function beginLogin(res: ServerResponse): void {
  const state = randomBytes(32).toString('base64url')
  const payload = `${state}.${Date.now()}`
  const cookie = `login=${payload}.${sign(payload)}; Max-Age=${ATTEMPT_MS / 1000}; ${COOKIE}`
  res.writeHead(302, { Location: authorizeUrl(state), 'Set-Cookie': cookie }).end()
}

function isOwnAttempt(cookie: string | undefined, state: string | null): boolean {
  const [known = '', startedAt = '', signature = ''] = cookie?.split('.') ?? []
  const expected = Buffer.from(sign(`${known}.${startedAt}`))
  const given = Buffer.from(signature)
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false
  return known === state && Date.now() - Number(startedAt) < ATTEMPT_MS
}

async function finishLogin(req: IncomingMessage, res: ServerResponse, query: URLSearchParams): Promise<void> {
  const code = query.get('code')
  if (!code || !isOwnAttempt(cookieOf(req, 'login'), query.get('state'))) {
    res.writeHead(400).end()
    return
  }
  const { user_info } = await ask<ExchangeAnswer>(exchangePath(), { tmp_auth_code: code })
  const standing = `/topapi/user/getbyunionid?access_token=${encodeURIComponent(await tokenOfApp())}`
  const { result } = await ask<StandingAnswer>(standing, { unionid: user_info.unionid })
  if (result.contact_type !== 0) {
    res.writeHead(403).end()
    return
  }
  const id = randomBytes(32).toString('base64url')
  const username = recordLogin(user_info, sha256(id), req.headers['user-agent'] ?? '')
  const cookies = [`sid=${id}; Max-Age=${SESSION_MS / 1000}; ${COOKIE}`, `login=; Max-Age=0; ${COOKIE}`]
  const location = `${settings.frontendUrl}?username=${encodeURIComponent(username)}`
  res.writeHead(302, { Location: location, 'Set-Cookie': cookies }).end()
}

function signedIn(req: IncomingMessage): LiveSession | undefined {
  const id = cookieOf(req, 'sid')
  const live = id === undefined ? undefined : findSession.get(sha256(id))
  const now = Date.now()
  if (!live || now > live.expiresAt || now > live.lastSeenAt + IDLE_MS) return undefined
  if (now - live.lastSeenAt > MINUTE) touchSession.run(now, live.sessionId)
  return live
}

function showMe(req: IncomingMessage, res: ServerResponse): void {
  const live = signedIn(req)
  if (!live) {
    res.writeHead(401).end()
    return
  }
  const { id, username, nick, unionId, avatarUrl, lastLoginAt } = live
  const body = JSON.stringify({ id, username, nick, unionId, avatarUrl, lastLoginAt })
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
}

function verify(req: IncomingMessage, res: ServerResponse): void {
  const live = signedIn(req)
  if (!live) {
    res.writeHead(401).end()
    return
  }
  const username = encodeURIComponent(live.username)
  res.writeHead(204, { 'X-Auth-Request-User': live.id, 'X-Auth-Request-Preferred-Username': username }).end()
}

createServer((req, res) => {
  const [path, query = ''] = (req.url ?? '').split('?')
  switch (path) {
    case '/healthz':
      res.end()
      break
    case '/ding_url':
      beginLogin(res)
      break
    case '/callback':
      finishLogin(req, res, new URLSearchParams(query)).catch((error: unknown) => {
        console.error(error)
        res.writeHead(500).end()
      })
      break
    case '/me':
      showMe(req, res)
      break
    case '/verify':
      verify(req, res)
      break
    default:
      res.writeHead(404).end()
  }
}).listen(settings.port)
