import type { NextFunction, Request, Response } from 'express'
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { redirect } from '../api/redirect.js'
import type { Config } from '../config/config.js'
import type { BrowserSessions } from '../cookies/session.js'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import { contentSecurityPolicy, leadingAnywhere } from '../pages/content-security-policy.js'
import type { AccessRulesCache } from '../services/access-rules.js'
import type { ApplicationRows } from '../services/application.js'
import type { ApplicationSessionRows } from '../services/application-session.js'
import type { Audit } from '../services/audit.js'
import type { KnownPeople } from '../services/known-people.js'
import type { LoginService } from '../services/login.js'
import { openidPaths } from '../services/openid-paths.js'
import type { OpenidRecords } from '../services/openid-records.js'
import type { LiveSession } from '../services/ports.js'
import type { SignedIn } from '../services/signed-in.js'
import type { SigningKeyRows } from '../services/signing-key-rows.js'
import { Accounts } from './account.js'
import { RecordAdapter } from './adapter.js'
import { cookieNames, cookieSecrets } from './cookies.js'
import { edgeOf, surround } from './edge.js'
import type { LoginDetails } from './interaction-policy.js'
import { logoutHooks } from './logout.js'
import { LogoutTokens } from './logout-tokens.js'
import type { OpenidRequest } from './openid-request.js'
import { createProvider, type ProviderParts } from './provider.js'
import { publicError, reportTo } from './refusals.js'
import { SessionAdapter } from './session-adapter.js'
import { type KeySet, SigningKeys } from './signing-keys.js'

export interface OpenidOptions {
  config: Config
  keyRows: SigningKeyRows
  records: OpenidRecords
  applications: ApplicationRows
  applicationSessions: ApplicationSessionRows
  signedIn: SignedIn
  accessRules: AccessRulesCache
  knownPeople: KnownPeople
  browserSessions: BrowserSessions
  login: LoginService
  audit: Audit
  logger: Logger
  now: () => number
}

/** The OpenID provider: https://openid.net/specs/openid-connect-core-1_0.html */
export class Openid {
  readonly #options: OpenidOptions
  readonly #parts: ProviderParts
  readonly #keys: SigningKeys
  readonly #logoutTokens: LogoutTokens
  readonly #readyForProvider: (request: OpenidRequest) => void
  #current: { keys: KeySet; provider: Provider; answer: ReturnType<Provider['callback']> } | undefined

  constructor(options: OpenidOptions) {
    const { config, records, applications, applicationSessions, signedIn, knownPeople, keyRows, logger, now } = options
    this.#options = options
    this.#parts = {
      config,
      applications,
      now,
      accounts: new Accounts({
        signedIn,
        applicationSessions,
        knownPeople,
        accessRules: options.accessRules,
        audit: options.audit,
        publicUrl: config.publicUrl,
        now,
      }),
      makeAdapter: (kind) => new RecordAdapter(kind, { records, now }),
      sessionAdapter: new SessionAdapter({ records, now }),
      cookies: { names: cookieNames(config.secure), secrets: cookieSecrets(config.session.secrets) },
      logout: logoutHooks({ applicationSessions, brand: config.brand }),
    }
    this.#readyForProvider = edgeOf({
      publicUrl: config.publicUrl,
      sessionCookie: this.#parts.cookies.names.session,
    })
    this.#keys = new SigningKeys({ rows: keyRows, secrets: config.session.secrets, log: logger, now })
    this.#logoutTokens = new LogoutTokens({
      rows: applicationSessions,
      keys: this.#keys,
      issuer: config.publicUrl,
      ...options,
    })
  }

  /** From now on applications are told of sessions that end, until `close`. */
  start(): void {
    void this.#logoutTokens.start()
  }

  close(): Promise<void> {
    return this.#logoutTokens.close()
  }

  /** Answers a browser: whoever is signed in there is signed in for the provider. */
  async serveBrowser(req: Request, res: Response, next: NextFunction): Promise<void> {
    res.set('Content-Security-Policy', POLICY)
    await this.#serve({ req, res, live: await this.#options.browserSessions.signedIn(req) }, next)
  }

  /** Answers an application: no cookie counts. */
  serveApplication(req: Request, res: Response, next: NextFunction): Promise<void> {
    return this.#serve({ req, res, live: undefined }, next)
  }

  /** The published keys, those too that this process cannot read. */
  async publicKeys(): Promise<object> {
    return { keys: (await this.#keys.current()).public }
  }

  /**
   * Where a browser waits for its login: sends it there, and on with the application's request once it has one.
   * @throws {AppError} `attempt_expired` where the request is not this browser's, too old, or over
   */
  async interact(req: Request, res: Response): Promise<void> {
    const { browserSessions, config } = this.#options
    const { publicUrl } = config
    const live = await browserSessions.signedIn(req)
    const { provider } = this.#providerWith(await this.#keys.current())
    const interaction = await findInteraction(provider, req, res)
    // A second login would change nothing: it was to be somebody's whom this browser's person is not.
    const isAgain = interaction.lastSubmission?.login !== undefined
    if (!isAgain && !(live && isEnough(live, interaction))) {
      const here = `${publicUrl}${openidPaths.interaction}/${interaction.uid}`
      redirect(res, this.#options.login.beginUrl(here, { anew: wantsNewLogin(interaction) }).url)
      return
    }
    if (isAgain || !live) interaction.result = WRONG_PERSON
    // Where any login does, whoever is signed in when the request goes on is the one.
    else if (wantsNewLogin(interaction))
      interaction.result = { login: { accountId: live.user.id, ts: secondsOf(live) } }
    await interaction.persist()
    redirect(res, interaction.returnTo)
  }

  async #serve(request: OpenidRequest, next: NextFunction): Promise<void> {
    const { answer } = this.#providerWith(await this.#keys.current())
    request.req.openid = request
    this.#readyForProvider(request)
    await answer(request.req, request.res)
    if (request.failure !== undefined) next(publicError(request.failure))
  }

  #providerWith(keys: KeySet) {
    if (this.#current?.keys.version !== keys.version) {
      const provider = createProvider(this.#parts, keys)
      const { browserSessions, audit } = this.#options
      surround(provider, this.#parts.cookies.names.session, (req, res) => browserSessions.signOut(req, res))
      reportTo(provider, audit)
      this.#current = { keys, provider, answer: provider.callback() }
    }
    return this.#current
  }
}

/** The provider's own pages have one form, and one script that sends it, which it adds by its hash. */
const POLICY = contentSecurityPolicy({ own: true, forms: leadingAnywhere })

/** What the application is told: https://openid.net/specs/openid-connect-core-1_0.html#AuthError */
const WRONG_PERSON = {
  error: 'login_required',
  error_description: 'somebody else has logged in than the application expected',
}

/** Whether a login is asked for though somebody may be signed in. */
function wantsNewLogin({ prompt }: Interaction): boolean {
  return prompt.reasons.some((reason) => reason !== 'no_session')
}

/** Whether this session is the login that the request waits for: one that began since, where that is asked for. */
function isEnough(live: LiveSession, interaction: Interaction): boolean {
  const { session: before }: LoginDetails = interaction.prompt.details
  const isNew = secondsOf(live) >= interaction.iat && live.info.id !== before
  return !wantsNewLogin(interaction) || isNew
}

function secondsOf({ info }: LiveSession): number {
  return Math.floor(info.createdAt.getTime() / 1000)
}

async function findInteraction(provider: Provider, req: Request, res: Response): Promise<Interaction> {
  try {
    const interaction = await provider.interactionDetails(req, res)
    if (req.path.split('/').includes(interaction.uid)) return interaction
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
  }
  throw new AppError('attempt_expired', { detail: 'no request of an application waits here' })
}
