import { parse } from 'cookie'
import type { Request, Response } from 'express'

/** Other servers of this host get these cookies too, as browsers do not tell ports apart: the names are its own. */
class Cookie {
  readonly #name: string
  readonly #path: string

  constructor(name: string, path: string) {
    this.#name = name
    this.#path = path
  }

  read(req: Request): string | undefined {
    return parse(req.headers.cookie ?? '')[this.#name]
  }

  write(res: Response, value: string): void {
    res.cookie(this.#name, value, this.#options)
  }

  clear(res: Response): void {
    res.clearCookie(this.#name, this.#options)
  }

  /** Lax: the login comes back from another site. */
  get #options() {
    return { path: this.#path, httpOnly: true, sameSite: 'lax' } as const
  }
}

export const sessionCookie = new Cookie('openid-app', '/')
export const attemptCookie = new Cookie('openid-app.attempt', '/callback')
