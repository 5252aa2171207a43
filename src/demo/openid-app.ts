import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler } from 'express'
import { languageOf } from '../pages/language.js'
import { closeAtOnce, type ListenAddress, listen } from '../server/listen.js'
import { attemptCookie, sessionCookie } from './openid-app-cookies.js'
import { errorPage, homePage } from './openid-app-pages.js'
import { OpenidLogin, type Registration } from './openid-login.js'
import { OpenidSessions } from './openid-sessions.js'

/** What it looks like is the front end's. */
const FRONT_END = fileURLToPath(new URL('./front-end/', import.meta.url))

interface OpenidApp {
  close(): Promise<void>
}

/**
 * Serves the demo's second application, which knows nothing of the login server but that it speaks OpenID Connect: its
 * issuer, and what the application is registered as there. Keeps its sessions in memory.
 * @throws where the port cannot be listened on, or the issuer does not answer
 */
export async function startOpenidApp(options: ListenAddress & Registration): Promise<OpenidApp> {
  const app = await createApp(options)
  const server = createServer(app)
  await listen(server, options)
  return { close: () => closeAtOnce(server) }
}

async function createApp(registration: Registration) {
  const login = await OpenidLogin.discover(registration)
  const sessions = new OpenidSessions()
  const { issuer, appUrl } = registration
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    // Browsers hold the address at which a form ends against it too: the logout goes by way of the login server.
    res.set('Content-Security-Policy', `default-src 'self'; form-action 'self' ${issuer}; frame-ancestors 'none'`)
    res.set('Cache-Control', 'no-store')
    next()
  })
  for (const file of ['style.css', 'icon.svg'])
    app.get(`/${file}`, (_req, res) => res.sendFile(file, { root: FRONT_END, cacheControl: false }))

  app.get('/', (req, res) => {
    res.send(homePage(languageOf(req), sessions.find(sessionCookie.read(req))).toString())
  })
  app.get('/login', async (_req, res) => {
    const { url, attempt } = await login.begin()
    attemptCookie.write(res, attempt)
    res.redirect(url.href)
  })
  app.get('/callback', async (req, res) => {
    const attempt = attemptCookie.read(req)
    attemptCookie.clear(res)
    const signedIn = await login.finish(new URL(req.originalUrl, appUrl), attempt)
    sessions.end(sessionCookie.read(req))
    sessionCookie.write(res, sessions.begin(signedIn))
    res.redirect('/')
  })
  app.post('/logout', (req, res) => {
    const ended = sessions.end(sessionCookie.read(req))
    sessionCookie.clear(res)
    res.redirect(303, ended ? login.logoutUrl(ended.idToken).href : '/')
  })
  app.post('/backchannel-logout', express.urlencoded({ extended: false, limit: '20kb' }), async (req, res) => {
    sessions.endAllOf(await login.verifyLogoutToken(req.body?.logout_token))
    res.end()
  })
  app.use(failed)
  return app
}

/** Whatever went wrong, it can be tried again. */
const failed: ErrorRequestHandler = (_error, req, res, _next) => {
  res.status(400).send(errorPage(languageOf(req)).toString())
}
