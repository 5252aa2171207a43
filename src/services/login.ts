import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'
import type { Membership } from './membership.js'
import type { AuthorizeRequest, DingTalkFlow, InlineCode, User, UserStore } from './ports.js'
import { judgeRedirect, type RedirectRules, withUsername } from './redirect-target.js'
import { SpentAttempts } from './spent-attempts.js'

/** What binds one `state` to one browser, between `/ding_url` and `/callback`. */
export interface LoginAttempt {
  state: string
  /** Where the person lands after the login; judged when the attempt began. */
  target: string
  /** Milliseconds since 1970. */
  startedAt: number
  succeeded: boolean
}

/** What DingTalk's redirect carried: a code, or the news that the person said no. */
export type CallbackParams = { state: string } & ({ code: string } | { declined: true })

/** A login that DingTalk has just confirmed. */
export interface ConfirmedLogin {
  user: User
  /** The secret id of the session to open, shared by callers that sent the same callback at once. */
  sessionId: string
}

interface Dependencies {
  dingtalk: DingTalkFlow
  membership: Membership
  users: UserStore
  redirects: RedirectRules
  publicUrl: string
  timeoutMs: number
  now?: () => number
}

/** Every rule of the login flow. Knows nothing of HTTP or cookies. */
export class LoginService {
  readonly #deps: Required<Dependencies>
  readonly #spent: SpentAttempts<ConfirmedLogin>

  constructor(deps: Dependencies) {
    this.#deps = { now: Date.now, ...deps }
    this.#spent = new SpentAttempts({ keptMs: deps.timeoutMs, now: this.#deps.now })
  }

  /**
   * Begins a login: an attempt, to be bound to the browser.
   * @throws {AppError} `redirect_not_allowed`, `bad_request`
   */
  start(redirect: string | undefined): LoginAttempt {
    const target = judgeRedirect(redirect, this.#deps.redirects)
    // RFC 9700 §2.1: DingTalk has no PKCE, so an unguessable state, bound to the browser and used once, is all there is against login CSRF.
    const state = randomBytes(32).toString('base64url')
    return { state, target, startedAt: this.#deps.now(), succeeded: false }
  }

  /** DingTalk's page for this attempt. */
  authorizeUrl(attempt: LoginAttempt): string {
    return this.#deps.dingtalk.authorizeUrl(this.#requestFor(attempt))
  }

  /** DingTalk's address that needs no scan, for a browser inside the DingTalk application; undefined where the flow has none. */
  inClientUrl(attempt: LoginAttempt): string | undefined {
    return this.#deps.dingtalk.inClientUrl?.(this.#requestFor(attempt))
  }

  /** DingTalk's code for a page of ours. */
  inlineCode(attempt: LoginAttempt): InlineCode {
    return this.#deps.dingtalk.inlineCode(this.#requestFor(attempt))
  }

  /** Whether this callback already ended in a login, so that it must not be sent to DingTalk again. */
  hasSucceeded(attempt: LoginAttempt): boolean {
    return attempt.succeeded || this.#spent.hasSucceeded(attempt.state)
  }

  /**
   * Finishes a login. The checks are in the protocol's order, and none before the last asks the network.
   * @throws {AppError} `attempt_missing`, `attempt_expired`, `login_declined`, `account_disabled`
   * @throws {DingTalkError}
   */
  async finish(attempt: LoginAttempt, params: CallbackParams): Promise<ConfirmedLogin> {
    if (attempt.state !== params.state || attempt.succeeded) throw new AppError('attempt_missing')
    // An attempt of the future began before the clock was put back: it may be of any age.
    if (Math.abs(this.#deps.now() - attempt.startedAt) > this.#deps.timeoutMs) throw new AppError('attempt_expired')
    if ('declined' in params) throw new AppError('login_declined')
    const fingerprint = createHash('sha256').update(params.code).digest('base64url')
    return this.#spent.once(attempt.state, fingerprint, () => this.#confirm(params.code))
  }

  /** To be called when a callback has been answered: one that comes later is not of the same moment. */
  answered(attempt: LoginAttempt): void {
    this.#spent.release(attempt.state)
  }

  /** The attempt's target with the username to show. */
  landing(attempt: LoginAttempt, user: User): string {
    return withUsername(attempt.target, user.username)
  }

  #requestFor({ state }: LoginAttempt): AuthorizeRequest {
    return { state, redirectUri: `${this.#deps.publicUrl}/callback` }
  }

  async #confirm(code: string): Promise<ConfirmedLogin> {
    const { dingtalk, membership, users, now } = this.#deps
    const profile = await dingtalk.profileFor(code)
    const membershipCheckedAt = await membership.admit(profile)
    const user = await users.recordLogin(profile, new Date(now()), membershipCheckedAt)
    if (user.disabledAt) throw new AppError('account_disabled', { userId: user.id })
    return { user, sessionId: randomBytes(32).toString('base64url') }
  }
}
