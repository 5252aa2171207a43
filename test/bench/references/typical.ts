/** Put together without thought: whatever the packages do by default. Logs nothing. */
import { createHash, randomBytes } from 'node:crypto'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaSessionStore } from '@quixo3/prisma-session-store'
import axios from 'axios'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { type User as Person, PrismaClient } from '../generated/typical/client.js'
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

const TABLES = [
  'CREATE TABLE IF NOT EXISTS "User" ("id" TEXT PRIMARY KEY, "unionId" TEXT NOT NULL, "username" TEXT NOT NULL, "nick" TEXT NOT NULL, "avatarUrl" TEXT, "lastLoginAt" DATETIME NOT NULL)',
  'CREATE UNIQUE INDEX IF NOT EXISTS "User_unionId_key" ON "User" ("unionId")',
  'CREATE TABLE IF NOT EXISTS "Session" ("id" TEXT PRIMARY KEY, "sid" TEXT NOT NULL, "data" TEXT NOT NULL, "expiresAt" DATETIME NOT NULL)',
  'CREATE UNIQUE INDEX IF NOT EXISTS "Session_sid_key" ON "Session" ("sid")',
]

const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${settings.databaseFile}` }) })
for (const table of TABLES) await prisma.$executeRawUnsafe(table)

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
    store: new PrismaSessionStore(prisma, { checkPeriod: 2 * 60_000 }),
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
    create: { unionId, username: nick, nick, lastLoginAt: now },
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
