import { type Request, type Response, Router } from 'express'
import { answers } from '../api/responses.js'
import type { Context } from '../context.js'
import { auditEnd } from '../cookies/session.js'
import { AppError } from '../errors.js'
import { addEndpoint } from '../middleware/endpoint.js'

const SESSION_ID = /^[\w-]{1,64}$/

/** Who is signed in, their sessions, and the ways to end them. */
export function accountRoutes({ browserSessions, sessions, crossOrigin, audit }: Context): Router {
  const router = Router({ caseSensitive: true })

  async function showMe(req: Request, res: Response): Promise<void> {
    const { user } = await browserSessions.requireSignedIn(req)
    res.json(answers.Me.parse(user))
  }

  async function logOut(req: Request, res: Response): Promise<void> {
    await browserSessions.signOut(req, res)
    // Not "cookies": that would empty the sibling hosts' too.
    res.set('Clear-Site-Data', '"cache", "storage"').status(204).end()
  }

  async function listSessions(req: Request, res: Response): Promise<void> {
    const { user, info: current } = await browserSessions.requireSignedIn(req)
    const all = await sessions.list(user.id)
    res.json(answers.Sessions.parse(all.map((info) => ({ ...info, current: info.id === current.id }))))
  }

  async function endSession(req: Request, res: Response): Promise<void> {
    const { user } = await browserSessions.requireSignedIn(req)
    const id = String(req.params.id)
    // PostgreSQL refuses texts that hold a NUL.
    const ended = SESSION_ID.test(id) ? await sessions.end(user.id, id) : []
    if (ended.length === 0) throw new AppError('not_found')
    auditEnd(audit, req.client, user.id, ended, 'ended_by_owner')
    res.status(204).end()
  }

  async function endOtherSessions(req: Request, res: Response): Promise<void> {
    const { user, info: current } = await browserSessions.requireSignedIn(req)
    auditEnd(audit, req.client, user.id, await sessions.endOthers(user.id, current.id), 'ended_by_owner')
    res.status(204).end()
  }

  addEndpoint(router, crossOrigin, { path: '/me', methods: { GET: showMe } })
  addEndpoint(router, crossOrigin, {
    path: '/logout',
    before: [browserSessions.middleware],
    methods: { POST: logOut },
  })
  addEndpoint(router, crossOrigin, {
    path: '/sessions',
    methods: { GET: listSessions, DELETE: endOtherSessions },
  })
  addEndpoint(router, crossOrigin, { path: '/sessions/:id', methods: { DELETE: endSession } })
  return router
}
