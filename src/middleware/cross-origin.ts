import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../errors.js'

/** What an address asks of the origin that a request comes from. */
export type Origins = Pick<CrossOrigin, 'answerPreflight' | 'requireKnownOrigin'>

/**
 * OAuth's addresses for applications: no cookie counts there, and the provider judges by the application which origin
 * may read a response. So every origin may ask.
 */
export const anyOrigin: Origins = {
  answerPreflight(req, res, allowed) {
    if (!isPreflight(req)) return false
    res.set('Access-Control-Allow-Origin', '*').set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
    sendPreflight(res, allowed)
    return true
  },
  requireKnownOrigin() {},
}

/** OAuth's addresses for browsers, to which applications send them from any page: nothing is read across origins. */
export const anyPage: Origins = { answerPreflight: () => false, requireKnownOrigin() {} }

function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined
}

function sendPreflight(res: Response, allowed: readonly string[]): void {
  res.set('Access-Control-Allow-Methods', allowed.join(', '))
  res.set('Access-Control-Max-Age', '600')
  res.status(204).end()
}

/** A page for people alone, which no front end's script reads. */
const ACCOUNT = /^\/account\/?$/

/** The origins of front ends: which may read our responses, and which may change something. */
export class CrossOrigin {
  readonly #frontends: ReadonlySet<string>
  readonly #publicUrl: string

  constructor({ frontends, publicUrl }: { frontends: readonly string[]; publicUrl: string }) {
    this.#frontends = new Set(frontends)
    this.#publicUrl = publicUrl
  }

  /** Lets allowed front ends read every response, errors too. */
  readonly headers: RequestHandler = (req, res, next) => {
    res.vary('Origin')
    if (ACCOUNT.test(req.path)) return next()
    const origin = req.get('origin')
    if (origin !== undefined && this.#frontends.has(origin)) {
      res.set('Access-Control-Allow-Origin', origin)
      res.set('Access-Control-Allow-Credentials', 'true')
      res.set('Access-Control-Expose-Headers', 'X-Request-Id, Retry-After')
    }
    next()
  }

  /** For changes that our own pages alone may ask for: exactly PUBLIC_URL's origin. */
  readonly ownPages: Origins = {
    answerPreflight: (req, res, allowed) => this.answerPreflight(req, res, allowed),
    requireKnownOrigin: (req) => {
      if (req.get('origin') !== this.#publicUrl) throw new AppError('origin_not_allowed')
    },
  }

  /** Answers a browser that asks on behalf of an allowed front end whether it may send a request; returns whether it did. */
  answerPreflight(req: Request, res: Response, allowed: readonly string[]): boolean {
    const origin = req.get('origin')
    if (!isPreflight(req) || origin === undefined || !this.#frontends.has(origin)) return false
    sendPreflight(res, allowed)
    return true
  }

  /**
   * For requests that change something: SameSite cookies alone do not tell sibling hosts apart.
   * @throws {AppError} `origin_not_allowed`
   */
  requireKnownOrigin(req: Request): void {
    const origin = req.get('origin')
    if (origin !== this.#publicUrl && !(origin !== undefined && this.#frontends.has(origin))) {
      throw new AppError('origin_not_allowed')
    }
  }
}
