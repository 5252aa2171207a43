/** The least that a login can cost on Node: no framework, the least asked of a database. Logs nothing. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
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

export const IP = '127.0.0.1'
const IDLE_MS = 8 * 60 * 60_000
const MINUTE = 60_000

export interface LiveSession extends Person {
  sessionId: string
  lastSeenAt: number
  expiresAt: number
}

export interface Login {
  profile: ExchangeAnswer['user_info']
  idHash: string
  userAgent: string
  now: number
}

/** Where people and sessions are kept. */
export interface Rows {
  /** Gives the person's username. */
  recordLogin(login: Login): string | Promise<string>
  findSession(idHash: string): LiveSession | undefined | Promise<LiveSession | undefined>
  touchSession(id: string, now: number): unknown
}

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

async function finishLogin(
  rows: Rows,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
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
  const login = { profile: user_info, idHash: sha256(id), userAgent: req.headers['user-agent'] ?? '', now: Date.now() }
  const username = await rows.recordLogin(login)
  const cookies = [`sid=${id}; Max-Age=${SESSION_MS / 1000}; ${COOKIE}`, `login=; Max-Age=0; ${COOKIE}`]
  const location = `${settings.frontendUrl}?username=${encodeURIComponent(username)}`
  res.writeHead(302, { Location: location, 'Set-Cookie': cookies }).end()
}

async function signedIn(rows: Rows, req: IncomingMessage): Promise<LiveSession | undefined> {
  const id = cookieOf(req, 'sid')
  const live = id === undefined ? undefined : await rows.findSession(sha256(id))
  const now = Date.now()
  if (!live || now > live.expiresAt || now > live.lastSeenAt + IDLE_MS) return undefined
  if (now - live.lastSeenAt > MINUTE) await rows.touchSession(live.sessionId, now)
  return live
}

async function showMe(rows: Rows, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const live = await signedIn(rows, req)
  if (!live) {
    res.writeHead(401).end()
    return
  }
  const { id, username, nick, unionId, avatarUrl, lastLoginAt } = live
  const body = JSON.stringify({ id, username, nick, unionId, avatarUrl, lastLoginAt })
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
}

async function verify(rows: Rows, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const live = await signedIn(rows, req)
  if (!live) {
    res.writeHead(401).end()
    return
  }
  const username = encodeURIComponent(live.username)
  res.writeHead(204, { 'X-Auth-Request-User': live.id, 'X-Auth-Request-Preferred-Username': username }).end()
}

/** Serves, with people and sessions in these rows. */
export function serve(rows: Rows): void {
  createServer((req, res) => {
    const [path, query = ''] = (req.url ?? '').split('?')
    const answering = answer(rows, req, res, path ?? '', query)
    answering?.catch((error: unknown) => {
      console.error(error)
      res.writeHead(500).end()
    })
  }).listen(settings.port)
}

function answer(
  rows: Rows,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  query: string,
): Promise<void> | undefined {
  switch (path) {
    case '/healthz':
      res.end()
      return undefined
    case '/ding_url':
      beginLogin(res)
      return undefined
    case '/callback':
      return finishLogin(rows, req, res, new URLSearchParams(query))
    case '/me':
      return showMe(rows, req, res)
    case '/verify':
      return verify(rows, req, res)
    default:
      res.writeHead(404).end()
      return undefined
  }
}
