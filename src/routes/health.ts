import { Router } from 'express'
import { responses } from '../api/responses.js'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'

/** For those who watch the process: is it alive, can it serve. */
export function healthRoutes({ readiness, crossOrigin }: Pick<Context, 'readiness' | 'crossOrigin'>): Router {
  const router = Router({ caseSensitive: true })
  addEndpoint(router, crossOrigin, {
    path: '/healthz',
    methods: { GET: (_req, res) => void res.json(responses.Alive.parse({ status: 'alive' })) },
  })
  addEndpoint(router, crossOrigin, {
    path: '/readyz',
    methods: {
      GET: async (_req, res) => {
        if (await readiness.isReady()) res.json(responses.Ready.parse({ status: 'ready' }))
        else res.status(503).json(responses.NotReady.parse({ status: 'not ready' }))
      },
    },
  })
  return router
}
