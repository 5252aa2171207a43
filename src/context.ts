import { accessAdminRows } from './adapters/database/access-admin-rows.js'
import type { Database } from './adapters/database/database.js'
import { openDatabase } from './adapters/database/open-database.js'
import { tablesOf } from './adapters/database/tables.js'
import { connectDingTalk } from './adapters/dingtalk/connect-dingtalk.js'
import { loadAuditTrail } from './adapters/load-audit-trail.js'
import { loadMetrics } from './adapters/load-metrics.js'
import { romanise } from './adapters/romanise.js'
import type { Config } from './config/config.js'
import type { ConfigFault } from './config/cross-faults.js'
import { joinMembership } from './context/membership.js'
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
import { Handles } from './services/handles.js'
import { KnownPeople } from './services/known-people.js'
import { LoginService } from './services/login.js'
import { openidPaths } from './services/openid-paths.js'
import { People } from './services/people.js'
import { PeopleAdmin } from './services/people-admin.js'
import { PeopleSearch } from './services/people-search.js'
import { Sessions } from './services/sessions.js'
import { SignedIn } from './services/signed-in.js'
import { refuseMisfits } from './services/start-checks.js'

interface Options {
  config: Config
  logger: Logger
  /** What is probably a mistake in the settings, for the console. */
  warnings?: readonly ConfigFault[]
  /** Milliseconds since 1970. */
  now?: () => number
}

/**
 * Chooses the implementations and joins them: the only place that does.
 * @throws {MigrationError}
 * @throws {OperatorError} where what is in the database does not go with the settings
 */
export async function createContext(options: Options) {
  const database = await openDatabase(options.config.databaseUrl, options)
  return join(database, options).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
}

async function join(database: Database, { config, logger, warnings = [], now = Date.now }: Options) {
  const { publicUrl, secure, session } = config
  const rows = tablesOf(database)
  const handles = new Handles({ rows: rows.handles, romanise })

  const metrics = await loadMetrics(config, {
    countSessions: () => sessions.countAlive(),
    onFailure: (error) => logger.error(bugFields(error), 'metrics could not be noted'),
    now,
  })
  const trail = await loadAuditTrail({
    ...{ database, retentionMs: config.auditRetentionMs },
    ...{ log: logger, metrics, now },
  })
  const audit = new Audit({ log: logger, metrics, trail: trail.writer })
  const dingtalk = connectDingTalk({
    ...config.dingtalk,
    directory: config.membership,
    ...{ now, metrics: trail.calls },
    onChange: (call, isAway) =>
      isAway
        ? logger.warn({ call }, 'DingTalk is away: not asked for a while')
        : logger.info({ call }, 'DingTalk is back'),
  })

  const sessions = new Sessions({
    rows: rows.sessions,
    handles,
    audit,
    ...session,
    now,
  })
  const known = { config, database, rows, dingtalk, sessions, audit, logger, metrics, now }
  const { membership, events } = await joinMembership(known)
  const signedIn = new SignedIn({ sessions, membership, audit })

  const login = new LoginService({
    dingtalk: dingtalk.flow,
    client: config.dingtalk.inClient && dingtalk.clientLogin,
    membership,
    people: new People({ rows: rows.users, handles, now }),
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
    ...session,
    secure,
  })
  const { applications } = rows
  await refuseMisfits({ applications, workEmails: rows.profiles }, config)
  const { emailDomain } = config
  const accessRules = new AccessRulesCache({
    ...{ rows: rows.access, workEmails: rows.profiles },
    ...{ emailDomain, now },
  })
  const administrators = new Administrators({ rows: rows.administrators, named: config.admins, now })
  const knownPeople = new KnownPeople({ rules: accessRules, ...config.membership, emailDomain, now })
  const openid = new LazyOpenid({
    config,
    keyRows: rows.signingKeys,
    records: rows.openidRecords,
    applications,
    applicationSessions: rows.applicationSessions,
    signedIn,
    accessRules,
    knownPeople,
    browserSessions,
    login,
    audit,
    logger,
    now,
  })

  const limitLogins = limitRate(config.edge.rateLimitPerMinute)
  return {
    config,
    logger,
    warnings,
    startedAt: new Date(now()),
    metrics,
    audit,
    auditTrail: trail.rows,
    auditUpkeep: trail.upkeep,
    peopleNames: rows.peopleNames,
    /** Milliseconds since 1970. */
    now,
    database,
    handles,
    sessions,
    login,
    accessRules,
    knownPeople,
    attemptCookies: new AttemptCookies({ secrets: session.secrets, secure, timeoutMs: config.login.timeoutMs }),
    browserSessions,
    administrators,
    peopleSearch: new PeopleSearch({ rows: rows.peopleSearch, sessions, administrators }),
    peopleAdmin: (audit: Audit) =>
      new PeopleAdmin({ people: rows.people, sessions: rows.sessions, administrators, audit, now }),
    consolePasses: new ConsolePasses({ secrets: session.secrets, secure, now }),
    accessAdmin: { ...accessAdminRows(database), rows: rows.access, directoryNames: rows.directoryNames, now },
    openid,
    events,
    /** One count for all login routes. */
    limitLogins,
    crossOrigin: new CrossOrigin({ frontends: config.redirects.origins, publicUrl }),
    readiness: new Readiness(() => database.isAnswering()),
    [Symbol.asyncDispose]: async () => {
      limitLogins.close()
      await openid.close()
      dingtalk.close()
      await trail.close()
      await database.close()
    },
  }
}

export type Context = Awaited<ReturnType<typeof createContext>>
