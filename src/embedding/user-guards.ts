import type { IncomingMessage } from 'node:http'
import { responses } from '../api/responses.js'
import type { Context } from '../context.js'
import { cookiesNamed } from '../cookies/signed-cookie.js'
import { AppError } from '../errors.js'
import type { Client } from '../services/audit.js'
import { HostClient, type Trust } from './host-client.js'
import { closedError } from './own-routes.js'
import type { Refusal, Refuse } from './refusals.js'
import type { Running } from './running.js'
import type { DingtalkLoginHandler, DingtalkUser } from './types.js'

interface Options {
  ctx: Pick<Context, 'config' | 'logger' | 'browserSessions' | 'login'>
  trust: Trust
  refuse: Refuse
  running: Running
}

type Finding = { user: DingtalkUser | undefined } | { refusal: Refusal }

/** What stands before the application's own routes: who is signed in, asked as `/me` asks. The request stays as it is. */
export class UserGuards {
  readonly requireUser: DingtalkLoginHandler
  readonly optionalUser: DingtalkLoginHandler
  readonly #options: Options
  #isClosed = false
  #hasWarned = false

  constructor(options: Options) {
    this.#options = options
    this.requireUser = this.#guard({ isRequired: true })
    this.optionalUser = this.#guard({ isRequired: false })
  }

  /** From now on nobody can say who is signed in. */
  close(): void {
    this.#isClosed = true
  }

  #guard({ isRequired }: { isRequired: boolean }): DingtalkLoginHandler {
    const { trust, refuse, running } = this.#options
    return (req, res, next) => {
      const finding = this.#find(req, new HostClient(req, trust), isRequired)
      running.add(finding)
      finding
        .then((found) => {
          if ('refusal' in found) return refuse(req, res, found.refusal)
          // Nobody's, too: never somebody whom another part of the application has put there.
          req.user = found.user
          next()
        })
        .catch(next)
    }
  }

  async #find(req: IncomingMessage, client: Client, isRequired: boolean): Promise<Finding> {
    try {
      if (this.#isClosed) throw closedError()
      const user = await this.#userOf(req, client)
      if (!user && isRequired) throw new AppError('unauthenticated')
      return { user }
    } catch (error) {
      return { refusal: { error, client, wanted: this.#pageOf(req) } }
    }
  }

  async #userOf(req: IncomingMessage, client: Client): Promise<DingtalkUser | undefined> {
    const live = await this.#options.ctx.browserSessions.signedIn({ headers: req.headers, client })
    if (!live) this.#warnOfForeignCookie(req)
    return live && responses.Me.parse(live.user)
  }

  /** The page that somebody asks for, where a login may lead there. */
  #pageOf(req: IncomingMessage & { originalUrl?: string }): string | undefined {
    if (req.method !== 'GET') return undefined
    const { login, config } = this.#options.ctx
    try {
      return login.targetOf(config.publicUrl + (req.originalUrl ?? req.url))
    } catch {
      return undefined
    }
  }

  /** A browser keeps one cookie of a name: a session of the application's own would take the place of ours. */
  #warnOfForeignCookie(req: IncomingMessage): void {
    const { logger, browserSessions } = this.#options.ctx
    const { cookieName: cookie } = browserSessions
    const hasOne = cookiesNamed(cookie, req.headers.cookie).length > 0
    if (this.#hasWarned || !hasOne || browserSessions.cookieIdsOf(req).length > 0) return
    this.#hasWarned = true
    logger.warn(
      { cookie },
      'a cookie of this name is not of the login: a session of the application needs another name',
    )
  }
}
