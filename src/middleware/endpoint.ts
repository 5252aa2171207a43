import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'
import { methodsOf, type operations, type Path } from '../api/operations.js'
import { AppError } from '../errors.js'
import type { Origins } from './cross-origin.js'

type Handler = (req: Request, res: Response, next: NextFunction) => void | Promise<void>

interface Endpoint<P extends Path> {
  /** One that is described, with a handler for each method that is described; undefined where it is switched off. */
  path: P
  methods: Record<keyof (typeof operations)[P], Handler | undefined>
  /** What runs before the handler, once the method is known to be one of this address. */
  before?: RequestHandler[]
}

/**
 * Adds an address to the router, with preflights, 405 with `Allow`, and the Origin rule for what changes something.
 * `ANY` gets none of them.
 */
export function addEndpoint<P extends Path>(router: Router, origins: Origins, endpoint: Endpoint<P>): void {
  const { path, before = [] } = endpoint
  const methods: { [method: string]: Handler | undefined } = endpoint.methods
  if (methods.ANY) {
    router.all(path, ...before, methods.ANY)
    return
  }
  const handlerOf = (method: string) => methods[method === 'HEAD' ? 'GET' : method]
  const allowed = [...methodsOf(path).keys()].filter(handlerOf)

  const guard: RequestHandler = (req, res, next) => {
    if (origins.answerPreflight(req, res, allowed)) return
    if (!allowed.includes(req.method))
      throw new AppError('method_not_allowed', { headers: { Allow: allowed.join(', ') } })
    if (req.method === 'POST' || req.method === 'DELETE') origins.requireKnownOrigin(req)
    next()
  }
  const handle: RequestHandler = (req, res, next) => handlerOf(req.method)?.(req, res, next)

  router.all(path, guard, ...before, handle)
}
