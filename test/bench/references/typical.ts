/** Put together without thought: whatever the packages do by default. Logs nothing. */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import axios from 'axios'
import Database from 'better-sqlite3'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { type User as Person, PrismaClient } from '../../../src/generated/sqlite/client.js'
import {
  ATTEMPT_MS,
  authorizeUrl,
  type ExchangeAnswer,
  exchangePath,
  SESSION_MS,
  type StandingAnswer,
  settings,
  type TokenAnswer,
  tokenPath,
} from './settings.js'

/** As reached from `dist-bench`. */
const MIGRATIONS = new URL('../../../../prisma/migrations/sqlite/', import.meta.url)

declare module 'express-session' {
  interface SessionData {
    state?: string
    userId?: string
  }
}

declare global {
  namespace Express {
    interface Locals {
      user?: Person
    }
  }
}

makeDatabase()
const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${settings.databaseFile}` }) })
await prisma.$executeRawUnsafe(
  'CREATE TABLE IF NOT EXISTS "WebSession" (sid TEXT PRIMARY KEY, data TEXT NOT NULL, expiresAt INTEGER NOT NULL)',
)

function makeDatabase(): void {
  const db = new Database(settings.databaseFile)
  const isNew = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'User'`).get() === undefined
  const names = readdirSync(MIGRATIONS).filter((name) => /^\d/.test(name))
  if (isNew)
    for (const name of names.sort()) db.exec(readFileSync(new URL(`${name}/migration.sql`, MIGRATIONS), 'utf8'))
  db.close()
}

type Done = (error?: unknown) => void

class PrismaStore extends session.Store {
  override get(sid: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    prisma
      .$queryRawUnsafe<{ data: string }[]>(
        'SELECT data FROM "WebSession" WHERE sid = ? AND expiresAt > ?',
        sid,
        Date.now(),
      )
      .then(([row]) => done(null, row ? JSON.parse(row.data) : null), done)
  }

  override set(sid: string, data: session.SessionData, done: Done = () => {}): void {
    this.#run('INSERT OR REPLACE INTO "WebSession" VALUES (?, ?, ?)', [sid, JSON.stringify(data), expiry()], done)
  }

  override touch(sid: string, _data: session.SessionData, done: Done = () => {}): void {
    this.#run('UPDATE "WebSession" SET expiresAt = ? WHERE sid = ?', [expiry(), sid], done)
  }

  override destroy(sid: string, done: Done = () => {}): void {
    this.#run('DELETE FROM "WebSession" WHERE sid = ?', [sid], done)
  }

  #run(sql: string, values: unknown[], done: Done): void {
    prisma.$executeRawUnsafe(sql, ...values).then(() => done(), done)
  }
}

function expiry(): number {
  return Date.now() + SESSION_MS
}

let appToken: { token: Promise<string>; until: number } | undefined

function tokenOfApp(): Promise<string> {
  if (!appToken || Date.now() > appToken.until) {
    const token = axios.get<TokenAnswer>(settings.oapiUrl + tokenPath).then((answer) => answer.data.access_token)
    appToken = { token, until: Date.now() + ATTEMPT_MS }
  }
  return appToken.token
}

const requireSignedIn: RequestHandler = async (req, res, next) => {
  const user = req.session.userId ? await prisma.user.findUnique({ where: { id: req.session.userId } }) : null
  if (!user) return void res.status(401).json({ error: 'unauthenticated' })
  res.locals.user = user
  next()
}

const app = express()
app.get('/healthz', (_req, res) => void res.json({ status: 'alive' }))
app.use(
  session({
    store: new PrismaStore(),
    secret: settings.secret,
    resave: false,
    saveUninitialized: true,
    cookie: { maxAge: SESSION_MS },
  }),
)
app.get('/ding_url', (req, res) => {
  const state = createHash('md5').update(randomBytes(16)).digest('hex')
  req.session.state = state
  res.redirect(authorizeUrl(state))
})
app.get('/callback', async (req, res) => {
  if (!req.session.state || req.query.state !== req.session.state) return void res.status(400).send('Invalid state')
  const exchange = await axios.post<ExchangeAnswer>(settings.oapiUrl + exchangePath(), {
    tmp_auth_code: req.query.code,
  })
  const { nick, unionid: unionId } = exchange.data.user_info
  const standing = await axios.post<StandingAnswer>(
    `${settings.oapiUrl}/topapi/user/getbyunionid?access_token=${await tokenOfApp()}`,
    { unionid: unionId },
  )
  if (standing.data.result.contact_type !== 0) return void res.status(403).send('Not a member')
  const now = new Date()
  const user = await prisma.user.upsert({
    where: { unionId },
    create: { unionId, username: nick, nick, createdAt: now, lastLoginAt: now },
    update: { nick, lastLoginAt: now },
  })
  delete req.session.state
  req.session.userId = user.id
  res.redirect(`${settings.frontendUrl}?username=${encodeURIComponent(user.username)}`)
})
app.get('/me', requireSignedIn, (_req, res) => void res.json(res.locals.user))
app.get('/verify', requireSignedIn, (_req, res) => {
  const { id = '', username = '' } = res.locals.user ?? {}
  res.set('X-Auth-Request-User', id).set('X-Auth-Request-Preferred-Username', encodeURIComponent(username))
  res.status(204).end()
})
app.listen(settings.port)
