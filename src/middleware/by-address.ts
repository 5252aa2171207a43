import type { RequestHandler, Router } from 'express'

/**
 * Leads a request to the one of these routers that has addresses which begin like its own, and past all of them where
 * none has: most requests would else be compared with dozens of routes. Has the routers' stacks, by which an
 * application's routes are listed.
 * @throws {Error} where two of them have addresses that begin alike
 */
export function byAddress(...routers: Router[]): RequestHandler & Pick<Router, 'stack'> {
  const known = new Map<string, Router>()
  for (const router of routers) {
    const paths = router.stack.flatMap(({ route }) => (route ? [route.path] : []))
    for (const beginning of new Set(paths.map(beginningOf))) {
      if (known.has(beginning)) throw new Error(`two routers have addresses that begin with ${beginning}`)
      known.set(beginning, router)
    }
  }
  const lead: RequestHandler = (req, res, next) => {
    const router = known.get(beginningOf(req.path))
    if (router) router(req, res, next)
    else next()
  }
  return Object.assign(lead, { stack: routers.flatMap(({ stack }) => stack) })
}

/** `/sessions` of `/sessions/:id`: no route of ours begins with a parameter. */
function beginningOf(path: string): string {
  const end = path.indexOf('/', 1)
  return end < 0 ? path : path.slice(0, end)
}
