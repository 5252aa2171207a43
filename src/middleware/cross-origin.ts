import type { Request, RequestHandler } from 'express'
import { AppError } from '../errors.js'

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
    const origin = req.get('origin')
    if (origin !== undefined && this.#frontends.has(origin)) {
      res.set('Access-Control-Allow-Origin', origin)
      res.set('Access-Control-Allow-Credentials', 'true')
      res.set('Access-Control-Expose-Headers', 'X-Request-Id, Retry-After')
    }
    next()
  }

  /** Whether this is a browser asking on behalf of an allowed front end whether it may send a request. */
  isAllowedPreflight(req: Request): boolean {
    const origin = req.get('origin')
    return (
      req.method === 'OPTIONS' &&
      req.get('access-control-request-method') !== undefined &&
      origin !== undefined &&
      this.#frontends.has(origin)
    )
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
