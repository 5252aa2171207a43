import type { LogFields } from '../log.js'
import type { AuditTrail } from '../services/audit-trail.js'
import type { AuditUpkeep } from '../services/audit-upkeep.js'
import type { AuditWriter } from '../services/audit-writer.js'
import type { Metrics } from '../services/metrics.js'
import { SECOND } from '../time.js'
import { SqlAuditRows } from './database/audit-rows.js'
import type { Database } from './database/database.js'

/** How long a stop waits for the last records. */
const CLOSE_WITHIN_MS = 1.5 * SECOND

interface Options {
  database: Database
  /** 0: nothing is written into the database. */
  retentionMs: number
  log: { warn(fields: LogFields, message: string): void; error(fields: LogFields, message: string): void }
  metrics?: Metrics | undefined
  now?: () => number
}

/** The audit trail in the database. */
export interface LoadedTrail {
  rows: AuditTrail
  /** Both undefined where none is kept. */
  writer: AuditWriter | undefined
  upkeep: AuditUpkeep | undefined
  /** Told of each call to DingTalk. */
  calls: Pick<Metrics, 'dingtalkCall'>
  /** Writes what waits; before the database is closed. */
  close(): Promise<void>
}

/** Opens the trail for reading; what writes it is loaded where it is kept. */
export async function loadAuditTrail({ database, metrics, ...options }: Options): Promise<LoadedTrail> {
  const rows = new SqlAuditRows(database)
  const writing = options.retentionMs > 0 ? await loadWriting({ database, metrics, ...options }) : undefined
  return {
    rows,
    writer: writing?.writer,
    upkeep: writing?.upkeep,
    calls: {
      dingtalkCall: (call, outcome, ms) => {
        metrics?.dingtalkCall(call, outcome, ms)
        writing?.writer.countCall(call, outcome, ms)
      },
    },
    close: async () => writing?.writer.close(CLOSE_WITHIN_MS),
  }
}

async function loadWriting({ database, ...options }: Options) {
  const { SqlAuditStore } = await import('./database/audit-store.js')
  const { AuditWriter } = await import('../services/audit-writer.js')
  const { AuditUpkeep } = await import('../services/audit-upkeep.js')
  const store = new SqlAuditStore(database)
  const writer = new AuditWriter({ store, ...options })
  return { writer, upkeep: new AuditUpkeep({ store, writer, ...options }) }
}
