import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import session from 'express-session'
import helmet from 'helmet'
import { type Emulator, startEmulator } from '../../src/emulator/emulator.js'
import { type DingtalkLogin, type DingtalkLoginSettings, dingtalkLogin } from '../../src/index.js'
import { Browser } from './browser.js'
import { makeDatabase, type TestDatabase } from './database.js'
import { CleanUp, defaultSettings, type LogLine, PUBLIC_URL } from './world.js'

const require = createRequire(import.meta.url)
const cors: (options: object) => express.RequestHandler = require('cors')
const compression: (options: object) => express.RequestHandler = require('compression')
/** The version before. */
export const express4: typeof express = require('express4')

/** Where browsers believe the application to be. */
export const HOST_URL = PUBLIC_URL

/** The login as part of an application that somebody else wrote. */
export interface HostWorld extends AsyncDisposable {
  login: DingtalkLogin
  dingtalk: Emulator
  database: TestDatabase
  serverUrl: string
  /** A browser that nobody has used yet. */
  browser(): Browser
  log: LogLine[]
}

type MakeApplication = (login: DingtalkLogin) => (req: never, res: never) => void

/** Starts the application behind an emulator and a database of its own. */
export async function createHostWorld(
  makeApplication: MakeApplication = hostApplication,
  settings: DingtalkLoginSettings = {},
): Promise<HostWorld> {
  const cleanUp = new CleanUp()
  const dingtalk = await startEmulator()
  cleanUp.defer(() => dingtalk.close())
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  const log: LogLine[] = []
  const write = (level: string) => (fields: object, message?: string) => void log.push({ level, ...fields, message })
  const all = { ...embeddedSettings(dingtalk.url), DATABASE_URL: database.url, ...settings }
  const logger = { info: write('info'), warn: write('warn'), error: write('error') }
  const login = await dingtalkLogin(all, { logger })
  cleanUp.defer(() => login.close())
  const { server, serverUrl } = await listen(makeApplication(login))
  cleanUp.defer(() => closeServer(server))
  return {
    ...{ login, dingtalk, database, serverUrl, log },
    browser: () => new Browser(serverUrl, all.PUBLIC_URL ?? HOST_URL),
    [Symbol.asyncDispose]: () => cleanUp.run(),
  }
}

/** The settings of an application that has this DingTalk. */
export function embeddedSettings(dingtalkUrl: string): DingtalkLoginSettings {
  const { PORT: _, HOST: __, FRONTEND_URL: ___, ...settings } = defaultSettings(dingtalkUrl)
  return { ...settings, PUBLIC_URL: HOST_URL }
}

/** One that has everything that could get into our way, in front of us. */
export function hostApplication(login: DingtalkLogin, library = express): Express {
  const app = library()
  app.set('trust proxy', true)
  app.set('query parser', 'extended')
  const directives = { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:'] }
  app.use(helmet({ contentSecurityPolicy: { directives }, xPoweredBy: false }))
  app.use((_req, res, next) => {
    res.set('Cross-Origin-Embedder-Policy', 'require-corp').set('X-Of-Host', 'yes')
    next()
  })
  app.use(cors({ origin: true, credentials: true, preflightContinue: true }))
  app.use(compression({ threshold: 0 }))
  // Its own, under a name of its own, with the very secret of the login: as careless as can be.
  const secret = 'a-secret-for-tests-of-32-characters-or-more'
  app.use(session({ secret, name: 'connect.sid', resave: false, saveUninitialized: true }))
  app.use(library.json(), library.urlencoded({ extended: true }))
  app.use((_req, res, next) => {
    Object.assign(res.locals, { attempt: 'the third', refusal: 'none', ofHost: 1 })
    next()
  })

  app.use(login.routes)

  app.get('/', (_req, res) => void res.send('<h1>of the host</h1>'))
  app.get('/healthz', (_req, res) => void res.json({ of: 'host' }))
  app.get('/count', (req, res) => {
    const counted = req.session as { visits?: number }
    counted.visits = (counted.visits ?? 0) + 1
    res.json({ visits: counted.visits })
  })
  app.get('/private', login.requireUser, (req, res) => void res.json({ user: req.user, ip: req.ip, query: req.query }))
  app.post('/private', login.requireUser, (req, res) => void res.json({ body: req.body }))
  app.get('/public', login.optionalUser, (req, res) => void res.json({ user: req.user ?? null }))
  app.get('/broken', login.requireUser, () => {
    throw new Error('of the host')
  })
  app.use((_req, res) => void res.status(404).send('the host has no such page'))
  const report: express.ErrorRequestHandler = (error: Error, _req, res, _next) =>
    void res.status(500).json({ of: 'host', message: error.message })
  app.use(report)
  return app
}

/** Serves it at a port of this machine, any that is free unless one is given. */
export async function listen(
  app: (req: never, res: never) => void,
  port = 0,
): Promise<{ server: Server; serverUrl: string }> {
  const server = createServer(app as RequestListener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
