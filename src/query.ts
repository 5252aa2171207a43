import type { Request } from 'express'

/** The request's query string as it came, without its `?`. */
export function rawQueryOf(req: Request): string {
  const start = req.originalUrl.indexOf('?')
  return start < 0 ? '' : req.originalUrl.slice(start + 1)
}

/** The request's query; repeated names are kept apart. */
export function queryOf(req: Request): URLSearchParams {
  return new URLSearchParams(rawQueryOf(req))
}
