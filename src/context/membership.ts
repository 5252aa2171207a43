import type { Database } from '../adapters/database/database.js'
import type { tablesOf } from '../adapters/database/tables.js'
import type { connectDingTalk } from '../adapters/dingtalk/connect-dingtalk.js'
import type { Config } from '../config/config.js'
import type { Logger } from '../log.js'
import type { Audit } from '../services/audit.js'
import { DirectoryNames } from '../services/directory-names.js'
import { Membership } from '../services/membership.js'
import type { Metrics } from '../services/metrics.js'
import { Profiles } from '../services/profiles.js'
import type { Sessions } from '../services/sessions.js'

interface Parts {
  config: Config
  database: Database
  rows: ReturnType<typeof tablesOf>
  dingtalk: ReturnType<typeof connectDingTalk>
  sessions: Sessions
  audit: Audit
  logger: Logger
  metrics: Metrics | undefined
  now: () => number
}

/** Who may come in and stay: by what the directory says when it is asked, and by DingTalk's events where they are on. */
export async function joinMembership({
  config,
  database,
  rows,
  dingtalk,
  sessions,
  audit,
  logger,
  metrics,
  now,
}: Parts) {
  const { directory } = dingtalk
  const membership = new Membership({
    audience: config.membership.audience,
    recheckMs: config.membership.recheckMs,
    directory,
    profiles: config.membership.hasProfiles
      ? new Profiles({
          directory,
          rows: rows.profiles,
          names: new DirectoryNames(rows.directoryNames),
          audit,
          emailDomain: config.emailDomain,
          now,
        })
      : undefined,
    users: rows.users,
    sessions,
    audit,
    now,
  })
  if (!config.dingtalk.hasEvents) return { membership, events: undefined }
  const { DirectoryEvents } = await import('../services/directory-events.js')
  const { SqlSignedInRows } = await import('../adapters/database/signed-in-rows.js')
  const events = new DirectoryEvents({
    source: await dingtalk.events(),
    signedIn: new SqlSignedInRows(database),
    membership,
    directory,
    ...config.membership,
    sessionMaxAgeMs: config.session.maxAgeMs,
    ...{ logger, metrics, now },
  })
  return { membership, events }
}
