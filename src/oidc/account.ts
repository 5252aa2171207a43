import { type Account, type Client, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '../errors.js'
import type { AccessRulesCache } from '../services/access-rules.js'
import type { Application } from '../services/application.js'
import type { ApplicationSessionRows } from '../services/application-session.js'
import type { Audit } from '../services/audit.js'
import type { KnownPeople, KnownPerson } from '../services/known-people.js'
import { openidPaths } from '../services/openid-paths.js'
import { isPermitted } from '../services/permission.js'
import type { LiveSession, User } from '../services/ports.js'
import type { SignedIn } from '../services/signed-in.js'
import { claimsOf } from './claims.js'
import { applicationOf } from './client-metadata.js'
import { currentRequest } from './openid-request.js'

interface Options {
  signedIn: SignedIn
  applicationSessions: ApplicationSessionRows
  accessRules: Pick<AccessRulesCache, 'application'>
  knownPeople: KnownPeople
  audit: Audit
  publicUrl: string
  now: () => number
}

/** What the provider asks of a code or token that an application sends. */
interface Source {
  kind: string
  accountId?: string | undefined
  sessionUid?: string | undefined
}

/** Who it is that an application asks for, as long as they are signed in here and may use that application. */
export class Accounts {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * The provider's hook: the person of the browser that asks, or of the code or token that an application sends.
   * Undefined where their session is over, they have left, or may not use the application any more.
   */
  async find(ctx: KoaContextWithOIDC, userId: string, source?: Source): Promise<Account | undefined> {
    const live = source ? await this.liveSessionOf(source) : currentRequest().live
    const { client } = ctx.oidc
    if (!live || live.user.id !== userId || !client) return undefined
    // A browser is given no claims, and told by `grant`, on a page of its own, that its person is not permitted.
    if (!source) return { accountId: userId, claims: () => ({ sub: userId }) }
    const application = applicationOf(client)
    const { person, isPermitted: isAllowed } = await this.#know(live, application)
    if (!isAllowed) return undefined
    return { accountId: userId, claims: () => claimsOf(person, application) }
  }

  /** Whether a code or token may still be used: its session is alive, and its person may use the application. */
  async mayUse(source: Source, client: Client): Promise<boolean> {
    const live = await this.liveSessionOf(source)
    return live !== undefined && (await this.#know(live, applicationOf(client))).isPermitted
  }

  /** The session that a code or token lives of, if it and its person may go on. */
  async liveSessionOf({ kind, accountId, sessionUid }: Source): Promise<LiveSession | undefined> {
    const request = currentRequest()
    if (sessionUid === undefined) return undefined
    // An application that refreshes is in use by its person: that keeps the session from being idle.
    const isUse = kind === 'RefreshToken'
    const live = await this.#options.signedIn.bySessionId(sessionUid, request.req.client, { isUse })
    if (!live || live.user.id !== accountId) return undefined
    request.source = live
    return live
  }

  /**
   * What the application may do for the person from now on: all that it asks for, as it is the organisation's own.
   * Each login has a grant of its own, so that one that leaks ends alone.
   * @throws {AppError} `not_permitted`
   * @throws the provider's `access_denied` where the application wants no page to be shown, `login_required`,
   * `invalid_redirect_uri`
   */
  async grant(ctx: KoaContextWithOIDC): Promise<InstanceType<typeof ctx.oidc.provider.Grant>> {
    const { client, session, provider, params } = ctx.oidc
    const { live } = currentRequest()
    if (!client || !session || !live) throw new Error('nobody is signed in')
    // The provider judges it at the beginning of a request, which may have waited for a login since.
    if (!client.redirectUriAllowed(String(params?.redirect_uri))) throw new errors.InvalidRedirectUri()
    const application = applicationOf(client)
    const known = await this.#know(live, application)
    if (!known.isPermitted) {
      if (ctx.oidc.prompts.has('none')) throw new errors.AccessDenied('the person may not use this application')
      throw this.#notPermitted(ctx, application, live.user)
    }
    const sid = await this.#options.applicationSessions.open({
      sessionId: live.info.id,
      applicationId: application.id,
      userId: live.user.id,
      logoutUri: application.backchannelLogoutUri,
      now: new Date(this.#options.now()),
    })
    // It has ended since the request began.
    if (sid === undefined) throw new errors.LoginRequired()
    session.sidFor(application.id, sid)
    const grant = new provider.Grant({ accountId: live.user.id, clientId: application.id })
    grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
    await grant.save()
    return grant
  }

  /** By rules of one moment, read before the person's groups are worked out: old groups must not open a new application. */
  async #know(live: LiveSession, application: Application): Promise<{ person: KnownPerson; isPermitted: boolean }> {
    const { accessRules, knownPeople } = this.#options
    const isForAll = application.access === 'everyone'
    const held = isForAll ? application : await accessRules.application(application.id)
    const person = await knownPeople.of(live)
    return { person, isPermitted: held !== undefined && isPermitted(held, person) }
  }

  #notPermitted(ctx: KoaContextWithOIDC, { id, name }: Application, user: User): AppError {
    const { req, res } = currentRequest()
    res.locals.refusal = { application: name, username: user.username, againUrl: this.#againUrl(ctx) }
    const at = ctx.oidc.route
    this.#options.audit.applicationRefused(req.client, { application: id, userId: user.id, error: 'not_permitted', at })
    return new AppError('not_permitted', { detail: id, userId: user.id })
  }

  /** The same request once more, with a login in between: somebody else's, perhaps. */
  #againUrl({ oidc }: KoaContextWithOIDC): string {
    const asked = Object.entries(oidc.params ?? {}).filter(([name]) => name !== 'id_token_hint' && name !== 'prompt')
    const query = new URLSearchParams([['prompt', 'login']])
    for (const [name, value] of asked) if (value !== undefined) query.set(name, String(value))
    return `${this.#options.publicUrl}${openidPaths.authorization}?${query}`
  }
}
