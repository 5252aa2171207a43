import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { errorPage } from '../pages/error-page.js'
import { languageOf } from '../pages/language.js'
import type { LoginAttempt } from '../services/login.js'

declare global {
  namespace Express {
    interface Locals {
      /** Of a login that failed: where it wanted to go, so that the page can offer to try again. */
      attempt?: LoginAttempt
    }
  }
}

export const notFound: RequestHandler = () => {
  throw new AppError('not_found')
}

/** The one place that turns an error into an answer: the table's, and for anything else a bare 500. */
export const errorHandler: ErrorRequestHandler = (thrown: unknown, req, res, _next) => {
  const error = asAppError(thrown)
  if (error.code === 'internal') req.report('error', 'a bug, or the database is away', bugFields(thrown))
  else if (error.status >= 500) req.report('warn', 'DingTalk could not be used', errorFields(error))
  if (res.headersSent) {
    res.destroy()
    return
  }
  answer(req, res, error)
}

/** Express's own complaint about escapes such as `%zz` in a path is the client's fault; all else that is not ours is a bug. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError(thrown instanceof URIError ? 'bad_request' : 'internal')
}

function answer(req: Request, res: Response, { code, status, publicMessage, headers }: AppError): void {
  res.status(status).set(headers)
  if (req.accepts(['json', 'html']) === 'html') {
    const page = errorPage({ code, requestId: req.id, language: languageOf(req), target: res.locals.attempt?.target })
    res.type('html').send(page.toString())
  } else {
    res.json({ error: code, message: publicMessage, requestId: req.id })
  }
}
