import { Router } from 'express'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'

/** For those who watch the process: is it alive, can it serve. */
export function healthRoutes({ isReady, crossOrigin }: Context): Router {
  const router = Router({ caseSensitive: true })
  addEndpoint(router, crossOrigin, {
    path: '/healthz',
    methods: { GET: (_req, res) => void res.json({ status: 'alive' }) },
  })
  addEndpoint(router, crossOrigin, {
    path: '/readyz',
    methods: {
      GET: async (_req, res) => {
        const ready = await isReady()
        res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' })
      },
    },
  })
  return router
}
