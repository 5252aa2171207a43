import type { RequestHandler, Router } from 'express'

/**
 * Leads to a router only what is asked of its addresses, which all begin so: most requests ask for something else, and
 * would be compared with each of its routes. Has the router's stack, by which an application's routes are listed.
 */
export function onlyBelow(beginnings: readonly string[], router: Router): RequestHandler & Pick<Router, 'stack'> {
  const lead: RequestHandler = (req, res, next) => {
    if (beginnings.some((beginning) => req.path.startsWith(beginning))) router(req, res, next)
    else next()
  }
  return Object.assign(lead, { stack: router.stack })
}
