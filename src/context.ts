import { PrismaAccessRows } from './adapters/database/access-rows.js'
import { PrismaAdministratorRows } from './adapters/database/administrator-rows.js'
import { SqlApplicationRows } from './adapters/database/application-rows.js'
import { SqlApplicationSessionRows } from './adapters/database/application-session-rows.js'
import { SqlAuditRows } from './adapters/database/audit-rows.js'
import { SqlDirectoryNameRows } from './adapters/database/directory-name-rows.js'
import { SqlHandleRows } from './adapters/database/handle-rows.js'
import { openDatabase } from './adapters/database/open-database.js'
import { SqlOpenidRecords } from './adapters/database/openid-records.js'
import { SqlProfileRows } from './adapters/database/profile-rows.js'
import { SqlSessionRows } from './adapters/database/session-rows.js'
import { SqlSigningKeyRows } from './adapters/database/signing-key-rows.js'
import { PrismaUserRows } from './adapters/database/user-rows.js'
import { connectDingTalk } from './adapters/dingtalk/connect-dingtalk.js'
import { loadMetrics } from './adapters/load-metrics.js'
import { romanise } from './adapters/romanise.js'
import type { Config } from './config/config.js'
import { AttemptCookies } from './cookies/attempt.js'
import { ConsolePasses } from './cookies/console-pass.js'
import { BrowserSessions } from './cookies/session.js'
import { bugFields, type Logger } from './log.js'
import { CrossOrigin } from './middleware/cross-origin.js'
import { limitRate } from './middleware/rate-limit.js'
import { LazyOpenid } from './oidc/lazy-openid.js'
import { Readiness } from './server/readiness.js'
import { AccessRulesCache } from './services/access-rules.js'
import { Administrators } from './services/administrators.js'
import { Audit } from './services/audit.js'
import { DirectoryNames } from './services/directory-names.js'
import { Handles } from './services/handles.js'
import { KnownPeople } from './services/known-people.js'
import { LoginService } from './services/login.js'
import { Membership } from './services/membership.js'
import { openidPaths } from './services/openid-paths.js'
import { People } from './services/people.js'
import { refuseClosedApplications } from './services/permission.js'
import { Profiles, refuseEmailDomain } from './services/profiles.js'
import { Sessions } from './services/sessions.js'
import { SignedIn } from './services/signed-in.js'

interface Options {
  config: Config
  logger: Logger
  /** Milliseconds since 1970. */
  now?: () => number
}

/**
 * Chooses the implementations and joins them: the only place that does.
 * @throws {MigrationError}
 * @throws {OperatorError} where what is in the database does not go with the settings
 */
export async function createContext({ config, logger, now = Date.now }: Options) {
  const { publicUrl, secure, session } = config
  const database = await openDatabase(config.databaseUrl, { logger })
  const sessionRows = new SqlSessionRows(database)
  const userRows = new PrismaUserRows(database)
  const profileRows = new SqlProfileRows(database)
  const handles = new Handles({ rows: new SqlHandleRows(database), romanise })

  const metrics = await loadMetrics(config, {
    countSessions: () => sessions.countAlive(),
    onFailure: (error) => logger.error(bugFields(error), 'metrics could not be noted'),
    now,
  })
  const audit = new Audit({ log: logger, metrics })
  const dingtalk = connectDingTalk({
    ...config.dingtalk,
    directory: config.membership,
    now,
    metrics,
    onChange: (call, isAway) =>
      isAway
        ? logger.warn({ call }, 'DingTalk is away: not asked for a while')
        : logger.info({ call }, 'DingTalk is back'),
  })

  const sessions = new Sessions({
    rows: sessionRows,
    handles,
    audit,
    idleTimeoutMs: session.idleTimeoutMs,
    maxAgeMs: session.maxAgeMs,
    secrets: session.secrets,
    now,
  })
  const membership = new Membership({
    audience: config.membership.audience,
    recheckMs: config.membership.recheckMs,
    directory: dingtalk.directory,
    profiles: config.membership.hasProfiles
      ? new Profiles({
          directory: dingtalk.directory,
          rows: profileRows,
          names: new DirectoryNames(new SqlDirectoryNameRows(database)),
          audit,
          emailDomain: config.emailDomain,
          now,
        })
      : undefined,
    users: userRows,
    sessions,
    audit,
    now,
  })
  const signedIn = new SignedIn({ sessions, membership, audit })
  const events = config.dingtalk.hasEvents
    ? new (await import('./services/directory-events.js')).DirectoryEvents({
        source: await dingtalk.events(),
        signedIn: new (await import('./adapters/database/signed-in-rows.js')).SqlSignedInRows(database),
        membership,
        directory: dingtalk.directory,
        ...config.membership,
        sessionMaxAgeMs: session.maxAgeMs,
        ...{ logger, metrics, now },
      })
    : undefined

  const login = new LoginService({
    dingtalk: dingtalk.flow,
    client: config.dingtalk.inClient && dingtalk.clientLogin,
    membership,
    people: new People({ rows: userRows, handles, now }),
    audit,
    redirects: { ...config.redirects, publicUrl, waitingUrl: `${publicUrl}${openidPaths.interaction}` },
    publicUrl,
    callbackUrl: config.callbackUrl,
    timeoutMs: config.login.timeoutMs,
    now,
  })
  const browserSessions = new BrowserSessions({
    sessions,
    signedIn,
    secrets: session.secrets,
    maxAgeMs: session.maxAgeMs,
    cookieDomain: session.cookieDomain,
    secure,
  })
  const applications = new SqlApplicationRows(database)
  try {
    await refuseClosedApplications(applications, config.membership)
    if (config.emailDomain !== undefined) await refuseEmailDomain(profileRows, config.emailDomain)
  } catch (error) {
    await database.close()
    throw error
  }
  const { emailDomain } = config
  const accessRules = new AccessRulesCache({
    ...{ rows: new PrismaAccessRows(database), workEmails: profileRows },
    ...{ emailDomain, now },
  })
  const knownPeople = new KnownPeople({ rules: accessRules, ...config.membership, emailDomain, now })
  const openid = new LazyOpenid({
    config,
    keyRows: new SqlSigningKeyRows(database),
    records: new SqlOpenidRecords(database),
    applications,
    applicationSessions: new SqlApplicationSessionRows(database),
    signedIn,
    accessRules,
    knownPeople,
    browserSessions,
    login,
    audit,
    logger,
    now,
  })

  return {
    config,
    logger,
    metrics,
    audit,
    auditTrail: new SqlAuditRows(database),
    handles,
    sessions,
    login,
    accessRules,
    knownPeople,
    attemptCookies: new AttemptCookies({ secrets: session.secrets, secure, timeoutMs: config.login.timeoutMs }),
    browserSessions,
    administrators: new Administrators({ rows: new PrismaAdministratorRows(database), named: config.admins, now }),
    consolePasses: new ConsolePasses({ secrets: session.secrets, secure, now }),
    openid,
    events,
    /** One count for all login routes. */
    limitLogins: limitRate(config.edge.rateLimitPerMinute),
    crossOrigin: new CrossOrigin({ frontends: config.redirects.origins, publicUrl }),
    readiness: new Readiness(() => database.isAnswering()),
    [Symbol.asyncDispose]: async () => {
      await openid.close()
      dingtalk.close()
      await database.close()
    },
  }
}

export type Context = Awaited<ReturnType<typeof createContext>>
