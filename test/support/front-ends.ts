import { createServer } from 'node:http'
import express from 'express'
import { closeAtOnce, listen } from '../../src/server/listen.js'

export interface FrontEnd extends AsyncDisposable {
  /** Its origin. */
  url: string
}

/** Serves this folder, or this one page at every address, as an origin of its own; `policy` is its Content-Security-Policy. */
export async function serveFrontEnd(what: { folder: string } | { page: string }, policy?: string): Promise<FrontEnd> {
  const app = express()
  app.use((_req, res, next) => {
    if (policy) res.set('Content-Security-Policy', policy)
    next()
  })
  if ('folder' in what) app.use(express.static(what.folder))
  else app.use((_req, res) => void res.type('html').send(what.page))
  const server = createServer(app)
  const port = await listen(server, { port: 0, host: '127.0.0.1' })
  return { url: `http://localhost:${port}`, [Symbol.asyncDispose]: () => closeAtOnce(server) }
}
