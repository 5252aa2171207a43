import { type Request, type Response, Router } from 'express'
import { responses } from '../api/responses.js'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { addEndpoint } from '../middleware/endpoint.js'
import type { Client } from '../services/audit.js'

/** What an id can look like: databases refuse odd characters in their own ways. */
const SESSION_ID = /^[\w-]{1,64}$/

/** Who is signed in, their sessions, and the ways to end them. */
export function accountRoutes({
  browserSessions,
  sessions,
  crossOrigin,
}: Pick<Context, 'browserSessions' | 'sessions' | 'crossOrigin'>): Router {
  const router = Router({ caseSensitive: true })

  async function showMe(req: Request, res: Response): Promise<void> {
    const { user } = await browserSessions.requireSignedIn(req)
    res.json(responses.Me.parse(user))
  }

  async function logOut(req: Request, res: Response): Promise<void> {
    await browserSessions.signOut(req, res)
    // Not "cookies": that would empty the sibling hosts' too.
    res.set('Clear-Site-Data', '"cache", "storage"').status(204).end()
  }

  async function listSessions(req: Request, res: Response): Promise<void> {
    const { user, info: current } = await browserSessions.requireSignedIn(req)
    const all = await sessions.list(user.id)
    res.json(responses.Sessions.parse(all.map((info) => ({ ...info, current: info.id === current.id }))))
  }

  async function endSession(req: Request, res: Response): Promise<void> {
    const { user } = await browserSessions.requireSignedIn(req)
    const id = String(req.params.id)
    const hasEnded = SESSION_ID.test(id) && (await sessions.end(user.id, id, byOwner(req)))
    if (!hasEnded) throw new AppError('not_found')
    res.status(204).end()
  }

  async function endOtherSessions(req: Request, res: Response): Promise<void> {
    const { user, info: current } = await browserSessions.requireSignedIn(req)
    await sessions.endOthers(user.id, current.id, byOwner(req))
    res.status(204).end()
  }

  addEndpoint(router, crossOrigin, { path: '/me', methods: { GET: showMe } })
  addEndpoint(router, crossOrigin, { path: '/logout', methods: { POST: logOut } })
  addEndpoint(router, crossOrigin, {
    path: '/sessions',
    methods: { GET: listSessions, DELETE: endOtherSessions },
  })
  addEndpoint(router, crossOrigin, { path: '/sessions/:id', methods: { DELETE: endSession } })
  return router
}

function byOwner({ client }: Request): { client: Client; reason: 'ended_by_owner' } {
  return { client, reason: 'ended_by_owner' }
}
