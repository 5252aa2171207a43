import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { address } from '../api/address.js'
import { responses } from '../api/responses.js'
import type { Config } from '../config/config.js'
import { AppError, type ErrorCode } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { errorPage } from '../pages/error-page.js'
import { languageOf } from '../pages/language.js'
import { type Refusal, refusalPage } from '../pages/refusal-page.js'
import { sendPage } from '../pages/send-page.js'
import { texts } from '../pages/texts.js'
import type { LoginAttempt } from '../services/attempts.js'

declare global {
  namespace Express {
    interface Locals {
      /** Of a login that failed: where it wanted to go, so that the page can offer to try again. */
      attempt?: LoginAttempt
      /** A page of an application that we are part of, for which somebody must log in. */
      wanted?: string
      /** Of somebody who may not use an application. */
      refusal?: Refusal
    }
  }
}

export const notFound: RequestHandler = () => {
  throw new AppError('not_found')
}

type ErrorConfig = Pick<Config, 'brand' | 'production' | 'publicUrl' | 'redirects'>

/** The one place that turns an error into a response: the table's, and for anything else a bare 500. */
export function errorHandler(config: ErrorConfig): ErrorRequestHandler {
  return function errorHandler(thrown: unknown, req, res, _next) {
    const error = asAppError(thrown)
    if (error.code === 'internal') req.report('error', 'a bug', bugFields(thrown))
    else if (error.code === 'service_unavailable')
      req.report('error', 'the database could not be used', errorFields(error))
    else if (error.status >= 500) req.report('warn', 'DingTalk could not be used', errorFields(error))
    if (res.headersSent) {
      res.destroy()
      return
    }
    res.status(error.status).set(error.headers)
    const hint = error.hint?.shown === 'always' || !config.production ? error.hint?.text : undefined
    if (req.accepts(['json', 'html']) === 'html') sendErrorPage(req, res, { code: error.code, hint }, config)
    else {
      const message = hint ? `${error.publicMessage} ${hint}` : error.publicMessage
      res.json(responses.Error.parse({ error: error.code, message, requestId: req.id }))
    }
  }
}

/**
 * Express's own complaint about escapes such as `%zz` in a path is the client's fault; all else that is not ours is a
 * bug.
 */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError(thrown instanceof URIError ? 'bad_request' : 'internal')
}

function sendErrorPage(
  req: Request,
  res: Response,
  { code, hint }: { code: ErrorCode; hint: string | undefined },
  { brand, publicUrl, redirects }: ErrorConfig,
): void {
  const target = res.locals.attempt?.target
  const redirect = target ?? res.locals.wanted
  const language = languageOf(req)
  // The callback's own address must not be asked for again: the login page says the same in the other language.
  const otherLanguage = texts[language].otherLanguage.code
  const otherLanguageUrl = address('/login', { redirect, error: code, lang: otherLanguage })
  // Without the error the login page would, inside the DingTalk client, log in by itself and fail once more.
  const loginUrl = address('/login', { redirect, error: req.method === 'POST' ? code : undefined })
  const about = { code, requestId: req.id, language, brand }
  const { refusal } = res.locals
  const page = refusal
    ? // With the origin, as a proxy shows this page at an address of its own.
      refusalPage({
        ...about,
        ...refusal,
        otherLanguageUrl: publicUrl + otherLanguageUrl,
        wanted: redirect,
        frontendUrl: redirects.frontendUrl,
        publicUrl,
      })
    : errorPage({ ...about, hint, otherLanguageUrl, loginUrl, target })
  const isElsewhere = refusal?.isElsewhere === true
  sendPage(res, page, { images: [brand.logoUrl], own: !isElsewhere, inlineImages: isElsewhere })
}
