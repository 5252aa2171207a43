import type { Database } from '../../src/adapters/database/database.js'
import { SqlHandleRows } from '../../src/adapters/database/handle-rows.js'
import { SqlSessionRows } from '../../src/adapters/database/session-rows.js'
import { romanise } from '../../src/adapters/romanise.js'
import { createLogger } from '../../src/log.js'
import { Audit } from '../../src/services/audit.js'
import { Handles } from '../../src/services/handles.js'
import { Sessions } from '../../src/services/sessions.js'
import { DAY, HOUR } from '../../src/time.js'

type Changes = Partial<
  Pick<ConstructorParameters<typeof Sessions>[0], 'idleTimeoutMs' | 'maxAgeMs' | 'secrets' | 'now'>
>

/** The sessions of a database, as a process without a server has them. */
export function sessionsOf(database: Database, changes: Changes = {}): Sessions {
  const audit = new Audit({ log: createLogger('silent') })
  const handles = new Handles({ rows: new SqlHandleRows(database), romanise })
  const usual = { idleTimeoutMs: 8 * HOUR, maxAgeMs: 7 * DAY, secrets: ['a-secret-for-tests-of-32-characters-or-more'] }
  return new Sessions({ rows: new SqlSessionRows(database), handles, audit, ...usual, ...changes })
}
