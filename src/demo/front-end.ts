import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { closeAtOnce, type ListenAddress, listen } from '../server/listen.js'

/** Reached from `src` and from `dist` alike. */
const FILES = fileURLToPath(new URL('./front-end/', import.meta.url))

interface FrontEnd {
  url: string
  close(): Promise<void>
}

/**
 * Serves the demo's front end: static files, one that says where the login server is, and one for the other application.
 * @throws where the port cannot be listened on
 */
export async function startFrontEnd({
  loginServer,
  openidApp,
  ...address
}: ListenAddress & { loginServer: string; openidApp: string }): Promise<FrontEnd> {
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    res.set(
      'Content-Security-Policy',
      `default-src 'self'; script-src 'self' ${loginServer}; connect-src ${loginServer}; img-src *; frame-ancestors 'none'`,
    )
    next()
  })
  app.get('/login-server.js', (_req, res) => {
    res.type('js').send(`export const loginServer = ${JSON.stringify(loginServer)}\n`)
  })
  app.get('/openid-app.js', (_req, res) => {
    res.type('js').send(`export const openidApp = ${JSON.stringify(openidApp)}\n`)
  })
  app.use(express.static(FILES))

  const server = createServer(app)
  const port = await listen(server, address)
  return { url: `http://localhost:${port}`, close: () => closeAtOnce(server) }
}
