import type { Database } from '../../src/adapters/database/database.js'
import { SqlSessionRows } from '../../src/adapters/database/session-rows.js'
import { createLogger } from '../../src/log.js'
import { Audit } from '../../src/services/audit.js'
import { Sessions } from '../../src/services/sessions.js'
import { DAY, HOUR } from '../../src/time.js'

/** The sessions of a database, as a process without a server has them. */
export function sessionsOf(database: Database, { idleTimeoutMs = 8 * HOUR, maxAgeMs = 7 * DAY } = {}): Sessions {
  const audit = new Audit({ log: createLogger('silent') })
  return new Sessions({ rows: new SqlSessionRows(database), audit, idleTimeoutMs, maxAgeMs })
}
