import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'
import { Attempts, type LoginAttempt, type LoginWay } from './attempts.js'
import type { Audit, Client } from './audit.js'
import type { ClientLogin } from './client-login.js'
import type { Membership } from './membership.js'
import type { People } from './people.js'
import type { AuthorizeRequest, DingTalkFlow, InlineCode, LiveSession, User } from './ports.js'
import { judgeRedirect, landingOf, type RedirectRules } from './redirect-target.js'

/** What DingTalk's redirect or the DingTalk client gave: a code, or the news that the person said no. */
export type CallbackParams = { state: string; way: LoginWay } & ({ code: string } | { declined: true })

/** A login that DingTalk has just confirmed. */
export interface ConfirmedLogin {
  user: User
  /** The secret id of the session to open, shared by callers that sent the same callback at once. */
  sessionId: string
}

/** How a callback ends, and where its browser goes on: a new login, or one that came again. */
export type LoginOutcome = { target: string; attempt: LoginAttempt } & (
  | { kind: 'confirmed'; login: ConfirmedLogin }
  | { kind: 'again' }
)

/** What a callback knows of its browser. */
interface Callback {
  /** The attempt that this browser's cookie holds for the state. */
  attempt: LoginAttempt | undefined
  params: CallbackParams
  client: Client
  /** Who is signed in there. */
  signedIn: () => Promise<LiveSession | undefined>
  /** Calls back once the response is sent, and never where it could not be. */
  onResponseSent: (done: () => void) => void
}

interface Options {
  dingtalk: DingTalkFlow
  /** Where the DingTalk client gives codes. */
  client: ClientLogin | undefined
  membership: Membership
  people: People
  audit: Audit
  redirects: RedirectRules
  publicUrl: string
  callbackUrl: string
  timeoutMs: number
  now?: () => number
}

/** Every rule of the login flow. Knows nothing of HTTP or cookies. */
export class LoginService {
  readonly #options: Options
  readonly #attempts: Attempts<ConfirmedLogin>

  constructor(options: Options) {
    this.#options = options
    this.#attempts = new Attempts({ timeoutMs: options.timeoutMs, now: options.now ?? Date.now })
  }

  /**
   * Where a login with this `redirect` leads.
   * @throws {AppError} `redirect_not_allowed`, `bad_request`
   */
  targetOf(redirect: string | undefined): string {
    return judgeRedirect(redirect, this.#options.redirects)
  }

  /** Where somebody lands who is logged in, on the way to this target. */
  landingOf(target: string, { username }: Pick<User, 'username'>): string {
    return landingOf(target, username, this.#options.redirects)
  }

  /**
   * A page of this server as a login may lead there; `path` with its query, of `/apps`, `/account`, `/admin` or below:
   * the `wanted` of `beginUrl`, the `redirect` of `/login`.
   */
  ownPageUrl(path: string): string {
    return this.#options.publicUrl + path
  }

  /**
   * Where a browser begins a login that leads to this address; to FRONTEND_URL where it is none or not allowed, which
   * `refusal` says in words. `anew`: by DingTalk's own page in any case, as the DingTalk client would give the same person
   * again.
   */
  beginUrl(wanted: string | undefined, { anew = false } = {}): { url: string; refusal?: string | undefined } {
    const url = new URL(anew ? '/ding_url?way=page' : '/ding_url', this.#options.publicUrl)
    if (wanted === undefined) return { url: url.href }
    try {
      url.searchParams.set('redirect', this.targetOf(wanted))
      return { url: url.href }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { url: url.href, refusal: error.hint?.text }
    }
  }

  /** Begins a login: an attempt, to be bound to the browser. */
  begin(target: string, client: Client, way: LoginWay = 'scan'): LoginAttempt {
    this.#options.audit.loginBegun(client)
    return this.#attempts.begin(target, way)
  }

  /** DingTalk's page for this attempt; inside the DingTalk client the one that needs no scan, where the flow has it. */
  authorizeUrl(attempt: LoginAttempt, { inClient }: { inClient: boolean }): string {
    const { dingtalk } = this.#options
    const request = this.#requestFor(attempt)
    return (inClient && dingtalk.inClientUrl?.(request)) || dingtalk.authorizeUrl(request)
  }

  /** Whether the flow needs no scan inside the DingTalk client. */
  get hasInClientLogin(): boolean {
    return this.#options.dingtalk.inClientUrl !== undefined
  }

  /** Whether another browser could go on to this target: the request of an application waits for this one. */
  isForAnyBrowser(target: string): boolean {
    const { waitingUrl } = this.#options.redirects
    return waitingUrl === undefined || !target.startsWith(waitingUrl)
  }

  /** DingTalk's code for a page of ours. */
  inlineCode(attempt: LoginAttempt): InlineCode {
    return this.#options.dingtalk.inlineCode(this.#requestFor(attempt))
  }

  /**
   * Finishes a login. The checks are in the protocol's order, and none before the last asks the network.
   * @throws {AppError} `attempt_missing`, `attempt_expired`, `login_declined`, `not_a_member`, `account_disabled`
   * @throws {DingTalkError}
   */
  async finish({ attempt, params, client, signedIn, onResponseSent }: Callback): Promise<LoginOutcome> {
    if (!attempt || attempt.state !== params.state) throw new AppError('attempt_missing')
    if (attempt.way !== params.way) throw new AppError('attempt_missing', { detail: 'begun for another kind of code' })
    if (this.hasSucceeded(attempt)) return this.#again(attempt, await signedIn())
    if (this.#attempts.isTooOld(attempt)) throw new AppError('attempt_expired')
    if ('declined' in params) throw new AppError('login_declined')

    const { code, way } = params
    const confirmed = this.#attempts.spend(attempt, code, () => this.#confirm({ code, way }, client))
    onResponseSent(() => this.#attempts.responseSent(attempt))
    const login = await confirmed
    return { kind: 'confirmed', login, attempt, target: this.landingOf(attempt.target, login.user) }
  }

  /** Whether this attempt ended in a login. */
  hasSucceeded(attempt: LoginAttempt): boolean {
    return this.#attempts.hasSucceeded(attempt)
  }

  /** A callback that comes again, by reload or Back, is not sent to DingTalk: it goes on if somebody is signed in. */
  #again(attempt: LoginAttempt, live: LiveSession | undefined): LoginOutcome {
    if (!live) throw new AppError('attempt_missing')
    return { kind: 'again', attempt, target: this.landingOf(attempt.target, live.user) }
  }

  async #confirm({ code, way }: { code: string; way: LoginWay }, client: Client): Promise<ConfirmedLogin> {
    const { dingtalk, client: dingtalkClient, membership, people } = this.#options
    const source = way === 'client' ? dingtalkClient : dingtalk
    if (!source) throw new AppError('attempt_missing', { detail: 'no login by a code of the client is set up' })
    const profile = await source.profileFor(code)
    const admission = await membership.admit(profile, client)
    const user = await people.recordLogin(profile, admission)
    if (user.disabledAt) throw new AppError('account_disabled', { userId: user.id })
    await membership.keepProfile(user.id, admission)
    return { user, sessionId: randomBytes(32).toString('base64url') }
  }

  #requestFor({ state }: LoginAttempt): AuthorizeRequest {
    return { state, redirectUri: this.#options.callbackUrl }
  }
}
