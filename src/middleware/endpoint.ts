import type { Request, RequestHandler, Response, Router } from 'express'
import { AppError } from '../errors.js'
import type { CrossOrigin } from './cross-origin.js'

type Handler = (req: Request, res: Response) => void | Promise<void>

interface Endpoint {
  path: string
  /** What runs before the handler, once the method is known to be answered here. */
  before?: RequestHandler[]
  methods: { GET?: Handler; POST?: Handler; DELETE?: Handler }
  /** False where a HEAD must not begin or spend anything. Otherwise HEAD is answered like GET. */
  head?: boolean
}

/** Adds an address to the router: preflights, 405 with `Allow`, and the Origin rule of what changes something. */
export function addEndpoint(router: Router, crossOrigin: CrossOrigin, endpoint: Endpoint): void {
  const { path, before = [], methods, head = true } = endpoint
  const allowed = Object.keys(methods).flatMap((name) => (name === 'GET' && head ? ['GET', 'HEAD'] : [name]))

  const guard: RequestHandler = (req, res, next) => {
    if (crossOrigin.isAllowedPreflight(req)) {
      res.set('Access-Control-Allow-Methods', allowed.join(', '))
      res.set('Access-Control-Max-Age', '600')
      res.status(204).end()
      return
    }
    if (!allowed.includes(req.method))
      throw new AppError('method_not_allowed', { headers: { Allow: allowed.join(', ') } })
    if (req.method === 'POST' || req.method === 'DELETE') crossOrigin.requireKnownOrigin(req)
    next()
  }
  const handle: RequestHandler = (req, res) =>
    methods[req.method === 'HEAD' ? 'GET' : (req.method as keyof typeof methods)]?.(req, res)

  router.all(path, guard, ...before, handle)
}
