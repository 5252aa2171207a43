import { openDatabase } from './adapters/database/open-database.js'
import { SqlSessions } from './adapters/database/session-rows.js'
import { PrismaUsers } from './adapters/database/user-rows.js'
import { connectDingTalk } from './adapters/dingtalk/connect-dingtalk.js'
import type { Config } from './config/config.js'
import { AttemptCookies } from './cookies/attempt.js'
import { BrowserSessions } from './cookies/session.js'
import { bugFields, type Logger } from './log.js'
import { CrossOrigin } from './middleware/cross-origin.js'
import { limitRate } from './middleware/rate-limit.js'
import { Audit } from './services/audit.js'
import { LoginService } from './services/login.js'
import { Membership } from './services/membership.js'

interface Options {
  config: Config
  logger: Logger
  /** Milliseconds since 1970. */
  now?: () => number
}

/**
 * Chooses the implementations and joins them: the only place that does.
 * @throws {MigrationError}
 */
export async function createContext({ config, logger, now = Date.now }: Options) {
  const { membership: members, session, publicUrl } = config
  const secure = publicUrl.startsWith('https:')
  const database = await openDatabase(config.databaseUrl)
  const users = new PrismaUsers(database)
  const sessions = new SqlSessions({ database, ...session, now })

  // Where nobody asks for metrics, their library is not even loaded.
  const metrics =
    config.listen.metricsPort === undefined
      ? undefined
      : new (await import('./adapters/prometheus.js')).PrometheusMetrics({
          flow: config.dingtalk.flow,
          countSessions: () => sessions.countAlive(),
          onFailure: (error) => logger.error(bugFields(error), 'metrics could not be noted'),
          now,
        })

  const {
    flow,
    directory,
    close: closeDingTalk,
  } = connectDingTalk(config, {
    now,
    metrics,
    onChange: (call, isAway) =>
      isAway
        ? logger.warn({ call }, 'DingTalk is away: not asked for a while')
        : logger.info({ call }, 'DingTalk is back'),
  })
  const audit = new Audit({ log: logger, metrics })
  const membership = new Membership({
    ...members,
    directory,
    users,
    audit,
    now,
  })
  let stopping = false

  return {
    config,
    logger,
    metrics,
    audit,
    users,
    sessions,
    login: new LoginService({
      dingtalk: flow,
      membership,
      users,
      redirects: config.redirects,
      publicUrl,
      ...config.login,
      now,
    }),
    attempts: new AttemptCookies({ secrets: session.secrets, secure, ...config.login }),
    browserSessions: new BrowserSessions({ sessions, membership, audit, ...session, secure }),
    /** One count for all login routes. */
    limitLogins: limitRate(config.edge.rateLimitPerMinute),
    crossOrigin: new CrossOrigin({ frontends: config.redirects.origins, publicUrl }),
    /** Whether requests can be served: the database answers, and no stop has been asked for. */
    isReady: async () => !stopping && (await database.isAnswering()),
    /** Makes `isReady` say no, so that no new work is sent here. */
    beginStop: () => {
      stopping = true
    },
    [Symbol.asyncDispose]: async () => {
      closeDingTalk()
      await database.close()
    },
  }
}

export type Context = Awaited<ReturnType<typeof createContext>>
