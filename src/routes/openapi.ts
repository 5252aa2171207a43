import { Router } from 'express'
import { describeApi } from '../api/openapi-document.js'
import { methodsOf, type Path } from '../api/operations.js'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'

/** The description of all routes but these, for programs: made when it is first asked for. */
export function openApiRoutes(
  { config, browserSessions, crossOrigin }: Pick<Context, 'config' | 'browserSessions' | 'crossOrigin'>,
  leftOut: readonly Path[] = [],
): Router {
  const router = Router({ caseSensitive: true })
  let text: string | undefined
  addEndpoint(router, crossOrigin, {
    path: '/openapi.json',
    methods: {
      GET: (_req, res) => {
        const { publicUrl, dingtalk } = config
        const ofPaths = leftOut.flatMap((path) => Array.from(methodsOf(path).values(), ({ id }) => id))
        const without = dingtalk.inClient ? ofPaths : [...ofPaths, 'finishClientLogin']
        text ??= JSON.stringify(describeApi({ publicUrl, sessionCookie: browserSessions.cookieName, without }))
        res.type('json').send(text)
      },
    },
  })
  return router
}
