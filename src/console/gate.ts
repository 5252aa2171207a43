import type { Request, Response } from 'express'
import { address } from '../api/address.js'
import { queryOf } from '../api/read-query.js'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { html } from '../pages/html.js'
import { languageOf } from '../pages/language.js'
import type { LiveSession } from '../services/ports.js'
import type { Visit } from './visit.js'

/** Who is at the door: an administrator with a fresh scan, or somebody who may become one by a scan. */
export type Arrival = { kind: 'visit'; visit: Visit; pass: string } | { kind: 'stranger' }

type Dependencies = Pick<Context, 'config' | 'login' | 'browserSessions' | 'administrators' | 'consolePasses' | 'audit'>

/** Decides who gets into the console, at each request anew. */
export class Gate {
  readonly #ctx: Dependencies

  constructor(ctx: Dependencies) {
    this.#ctx = ctx
  }

  /** @throws {AppError} `not_found` for who is signed in and no administrator */
  async arrive(req: Request, res: Response): Promise<Arrival> {
    const { browserSessions, administrators, consolePasses, audit } = this.#ctx
    const live = await browserSessions.signedIn(req)
    if (!live) return { kind: 'stranger' }
    if (!(await administrators.rightOf(live.user))) {
      audit.consoleRefused(req.client, { userId: live.user.id, reason: 'no_administrator' })
      throw new AppError('not_found', { userId: live.user.id })
    }
    // A pass ends with its session, whichever other one is alive beside it.
    const sessionIds = await browserSessions.liveCookieIdsOf(req)
    const pass = consolePasses.find(req, { userId: live.user.id, sessionIds })
    if (!pass) return { kind: 'stranger' }
    return { kind: 'visit', pass, visit: this.#visitOf(req, res, live, pass) }
  }

  /** Where a scan begins that leads back to this page of the console. */
  loginUrl(page: string): string {
    return this.#ctx.login.beginUrl(`${this.#ctx.config.publicUrl}${page}`, { anew: true }).url
  }

  #visitOf(req: Request, res: Response, { user }: LiveSession, pass: string): Visit {
    const query = queryOf(req)
    const lang = query.get('lang') ?? undefined
    const { requestId, ip, userAgent } = req.client
    const token = this.#ctx.consolePasses.formToken(pass)
    return {
      req,
      res,
      query,
      administrator: user,
      actor: { administratorId: user.id, client: { requestId, ip, userAgent } },
      language: languageOf(req),
      param: (name) => String(req.params[name]),
      href: (path, parameters = {}) => address(path, { ...parameters, lang }),
      token: html`<input type="hidden" name="token" value="${token}">`,
    }
  }
}
